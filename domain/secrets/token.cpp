#include "domain/secrets/token.h"

#include <sodium.h>

#include <algorithm>

#include "domain/base/random.h"


namespace claviger::domain::secrets {
namespace {
constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

// libsodium accepts some bytes over 127 as digits, so that two texts would decode to the same token.
bool isAscii(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 127; });
}

}  // namespace

TokenBytes::TokenBytes(TokenBytes&& other) noexcept : bytes_(other.bytes_) {
    sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

TokenBytes& TokenBytes::operator=(TokenBytes&& other) noexcept {
    if (this == &other) return *this;
    bytes_ = other.bytes_;
    sodium_memzero(other.bytes_.data(), other.bytes_.size());
    return *this;
}

TokenBytes::~TokenBytes() {
    sodium_memzero(bytes_.data(), bytes_.size());
}

std::string TokenBytes::revealForCookie() const {
    std::string text(kTextLength + 1, '\0');  // sodium writes a closing NUL
    sodium_bin2base64(text.data(), text.size(), bytes_.data(), bytes_.size(), kVariant);
    text.resize(kTextLength);
    return text;
}

void TokenBytes::fill() {
    fillRandom(bytes_);
}

bool TokenBytes::read(std::string_view text) {
    std::size_t length = 0;
    return text.size() == kTextLength && isAscii(text) &&
           sodium_base642bin(bytes_.data(), bytes_.size(), text.data(), text.size(), nullptr, &length, nullptr,
                             kVariant) == 0 &&
           length == bytes_.size();
}

}  // namespace claviger::domain::secrets

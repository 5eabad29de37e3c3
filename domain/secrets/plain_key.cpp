#include "domain/secrets/plain_key.h"

#include <Poco/Ascii.h>
#include <Poco/Checksum.h>
#include <sodium.h>

#include <algorithm>
#include <cstdint>

#include "domain/secrets/random.h"

namespace claviger::domain::secrets {
namespace {

constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool isBase62(char c) {
    return Poco::Ascii::isAlphaNumeric(c);
}

std::array<char, PlainKey::kChecksumLength> checksum(std::string_view body) {
    Poco::Checksum crc(Poco::Checksum::TYPE_CRC32);
    crc.update(body.data(), static_cast<unsigned>(body.size()));
    std::size_t rest = crc.checksum();

    std::array<char, PlainKey::kChecksumLength> digits;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, rest /= kBase62.size())
        *digit = kBase62[rest % kBase62.size()];
    return digits;
}

}  // namespace

PlainKey PlainKey::generate() {
    PlainKey key;
    std::array<std::uint8_t, kRandomLength> digits;
    fillRandomBelow(kBase62.size(), digits);
    auto end = std::copy(kPrefix.begin(), kPrefix.end(), key.characters_.begin());
    end = std::transform(digits.begin(), digits.end(), end, [](std::uint8_t digit) { return kBase62[digit]; });
    sodium_memzero(digits.data(), digits.size());
    const auto check = checksum({key.characters_.data(), kBodyLength});
    std::copy(check.begin(), check.end(), end);
    return key;
}

std::optional<PlainKey> PlainKey::parse(std::string_view presented) {
    if (presented.size() != kLength || !presented.starts_with(kPrefix)) return std::nullopt;
    if (!std::all_of(presented.begin() + kPrefix.size(), presented.end(), isBase62)) return std::nullopt;
    const auto check = checksum(presented.substr(0, kBodyLength));
    if (!std::equal(check.begin(), check.end(), presented.begin() + kBodyLength)) return std::nullopt;

    PlainKey key;
    std::copy(presented.begin(), presented.end(), key.characters_.begin());
    return key;
}

bool PlainKey::isShownPrefix(std::string_view text) {
    return text.size() == kShownPrefixLength && text.starts_with(kPrefix) &&
           std::all_of(text.begin() + kPrefix.size(), text.end(), isBase62);
}

PlainKey::PlainKey(PlainKey&& other) noexcept : characters_(other.characters_) {
    sodium_memzero(other.characters_.data(), other.characters_.size());
}

PlainKey& PlainKey::operator=(PlainKey&& other) noexcept {
    if (this == &other) return *this;
    characters_ = other.characters_;
    sodium_memzero(other.characters_.data(), other.characters_.size());
    return *this;
}

PlainKey::~PlainKey() {
    sodium_memzero(characters_.data(), characters_.size());
}

std::string PlainKey::shownPrefix() const {
    return {characters_.data(), kShownPrefixLength};
}

}  // namespace claviger::domain::secrets

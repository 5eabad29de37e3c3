#include "domain/secrets/password.h"

#include <sodium.h>

namespace claviger::domain::secrets {

Result<Password> Password::choose(std::string text) {
    Password password(std::move(text));
    const auto& chosen = password.text_;
    if (chosen.size() < kMinBytes || chosen.size() > kMaxBytes || chosen.find('\0') != std::string::npos)
        return Error{ErrorCode::kInvalidArgument, "a password has 12 to 1,024 bytes"};
    return password;
}

Password::Password(Password&& other) noexcept : text_(other.text_) {
    // Copied and wiped rather than moved: a moved short string leaves its characters behind.
    sodium_memzero(other.text_.data(), other.text_.size());
    other.text_.clear();
}

Password& Password::operator=(Password&& other) noexcept {
    if (this == &other) return *this;
    sodium_memzero(text_.data(), text_.size());
    text_ = other.text_;
    sodium_memzero(other.text_.data(), other.text_.size());
    other.text_.clear();
    return *this;
}

Password::~Password() {
    sodium_memzero(text_.data(), text_.size());
}

}  // namespace claviger::domain::secrets

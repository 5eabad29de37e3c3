#pragma once

#include <string>
#include <string_view>

#include "domain/base/result.h"

namespace claviger::domain::secrets {

// A password as typed. Cannot be copied or printed, wipes itself.
class Password {
public:
    static constexpr std::size_t kMinBytes = 12;
    static constexpr std::size_t kMaxBytes = 1024;

    // For a new password.
    //   kInvalidArgument  shorter than 12 or longer than 1,024 bytes, or it holds a NUL
    static Result<Password> choose(std::string text);

    // For an attempt to sign in: any text; a wrong one is found wrong later, like every other.
    static Password attempt(std::string text) { return Password(std::move(text)); }

    Password(Password&&) noexcept;
    Password& operator=(Password&&) noexcept;
    Password(const Password&) = delete;
    Password& operator=(const Password&) = delete;
    ~Password();

private:
    friend class PasswordHasher;
    explicit Password(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

// The stored form of a password: libsodium's argon2id string, with its own salt and cost.
class PasswordHash {
public:
    static PasswordHash fromStored(std::string text) { return PasswordHash(std::move(text)); }
    const std::string& stored() const { return text_; }

private:
    explicit PasswordHash(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace claviger::domain::secrets

#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "domain/base/result.h"

namespace claviger::domain::secrets {

// A password as typed. It cannot be copied or printed, and it wipes itself.
class Password {
public:
    static constexpr std::size_t kMinBytes = 12;
    static constexpr std::size_t kMaxBytes = 1024;

    // Creates a new password.
    //   kInvalidArgument  shorter than 12 or longer than 1,024 bytes, or it holds a NUL
    //   kInvalidArgument  it is not UTF-8: browsers send no other text, so it could never be typed
    static Result<Password> choose(std::string text);

    // Checks that a new password of the user with this e-mail is hard to guess.
    //   kInvalidArgument  it is an easy guess (easy_guesses.h); detail has the reason, and what to choose
    Result<void> mustBeHardToGuess(std::string_view email) const;

    // Wraps the text of a sign-in attempt. Accepts any text: the check of the password refuses wrong ones later.
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

// The cost of one hashing. The defaults are OWASP's first choice for argon2id (19 MiB, two passes).
struct PasswordCost {
    static constexpr std::size_t kLeastMiB = 8, kMostMiB = 1024;
    static constexpr unsigned kLeastPasses = 1, kMostPasses = 16;

    std::size_t memoryMiB = 19;
    unsigned passes = 2;

    std::size_t work() const { return memoryMiB * passes; }  // MiB times passes; the time is proportional to it
    auto operator<=>(const PasswordCost&) const = default;

    // Parses the cost in the first part of a stored form, "$argon2id$v=19$m=19456,t=2,p=1", or the same with
    // "sealed-argon2id". Returns nullopt for another form.
    static std::optional<PasswordCost> parse(std::string_view head);
};

// The stored form of a password: libsodium's argon2id string with its own salt and cost, or that string sealed under a
// pepper (password_seal.h).
class PasswordHash {
public:
    // Parses a form from an untrusted source.
    //   kInvalidArgument  it is neither an open nor a sealed form (password_form.h)
    //   kInvalidArgument  its cost is outside the bounds of PasswordCost, or its work is above `mostWork`
    static Result<PasswordHash> parse(std::string text, std::size_t mostWork);

    // Wraps a form from our own database, without a check.
    static PasswordHash fromStored(std::string text) { return PasswordHash(std::move(text)); }
    const std::string& stored() const { return text_; }

    // Returns the cost of checking a password against it. nullopt if the form is broken; then no password matches.
    std::optional<PasswordCost> cost() const;

    // Returns the version of the pepper that it is sealed with. nullopt if it is not sealed, or broken.
    std::optional<int> sealedWith() const;

private:
    explicit PasswordHash(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace claviger::domain::secrets

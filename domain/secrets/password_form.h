#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "domain/secrets/password.h"

namespace claviger::domain::secrets {

// The parts of a stored password (PasswordHash). Only these functions read and write its two forms:
//
//   open    "$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH"           libsodium's, of version 19 with one lane
//   sealed  "$sealed-argon2id$v=19$m=19456,t=2,p=1$VERSION$BOX"  password_seal.h
//
// SALT, HASH and BOX are base64 without padding. In both forms the cost is before the fourth dollar, where SQL reads
// it.
struct PasswordForm {
    static constexpr std::size_t kSaltBytes = 16, kHashBytes = 32, kBoxBytes = 88;

    PasswordCost cost;
    std::optional<int> sealedWith{};  // the version of the pepper; nullopt: open
    std::string bytes{};              // open: salt and hash; sealed: the box

    // Returns nullopt if the text is incomplete or of another form.
    static std::optional<PasswordForm> read(std::string_view stored);

    std::string head() const;  // the text before the bytes
    std::string text() const;  // the whole text, in the form that read() accepts
};

// Returns the cost in the first part of either form, up to the fourth dollar and without it. nullopt for another text.
std::optional<PasswordCost> readCost(std::string_view head);

}  // namespace claviger::domain::secrets

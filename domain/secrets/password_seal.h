#pragma once

#include <optional>

#include "domain/base/id.h"
#include "domain/secrets/hasher.h"
#include "domain/secrets/password.h"

namespace claviger::domain::secrets {

// Seals stored passwords, so that a backup without the pepper is nothing to guess at. Thread-safe.
//
// The box of a sealed form (password_form.h) is a nonce of 24 bytes and what XChaCha20-Poly1305 (IETF
// draft-irtf-cfrg-xchacha-03) makes of salt and hash. The associated data are the form before the box and the user's
// id: a row that was moved to another user or given another cost does not open.
class PasswordSeal {
public:
    explicit PasswordSeal(const Hasher& hasher) : hasher_(hasher) {}  // must outlive this

    // `open` is a whole argon2id string, of PasswordHasher. Throws std::invalid_argument for another one.
    PasswordHash seal(const TenantId&, const UserId&, const PasswordHash& open) const;

    // A form that is not sealed is given back. Nothing for a broken one, and for a sealed one whose pepper is not
    // configured, or that was made for another tenant or user, or changed since.
    std::optional<PasswordHash> open(const TenantId&, const UserId&, const PasswordHash& stored) const;

    // Whether it is sealed with an earlier pepper than the one that new forms are made with.
    bool isOutdated(const PasswordHash& stored) const {
        const auto version = stored.sealedWith();
        return version && *version < hasher_.pepperVersion();
    }

private:
    const Hasher& hasher_;
};

}  // namespace claviger::domain::secrets

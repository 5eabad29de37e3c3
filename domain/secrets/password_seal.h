#pragma once

#include <optional>

#include "domain/base/id.h"
#include "domain/secrets/hasher.h"
#include "domain/secrets/password.h"

namespace claviger::domain::secrets {

// Seals stored passwords, so that no password can be guessed from a backup without the pepper. Thread-safe.
//
// The box of a sealed form (password_form.h) is a nonce of 24 bytes and the XChaCha20-Poly1305 encryption (IETF
// draft-irtf-cfrg-xchacha-03) of salt and hash. The associated data are the form before the box and the user's id. So a
// row that was moved to another user or given another cost does not open.
class PasswordSeal {
public:
    explicit PasswordSeal(const Hasher& hasher) : hasher_(hasher) {}  // must outlive this

    // Seals `open`, a complete argon2id string of PasswordHasher, with the current pepper. Throws std::invalid_argument
    // for a broken or sealed form.
    PasswordHash seal(const TenantId&, const UserId&, const PasswordHash& open) const;

    // Returns the open form; a form that is not sealed is returned as it is. Returns nullopt for a broken form, and for
    // a sealed one whose pepper is not configured. The same holds for a sealed form that was made for another tenant or
    // user, or that was changed since.
    std::optional<PasswordHash> open(const TenantId&, const UserId&, const PasswordHash& stored) const;

    // Returns the version of the pepper that the form is sealed with, if that pepper is not configured. nullopt if it
    // is configured, and for a form that is not sealed.
    std::optional<int> missingPepper(const PasswordHash& stored) const;

    // Whether passwords that are sealed with this version of the pepper can be opened. Version 0 stands for no seal.
    bool hasPepper(int version) const { return version == 0 || hasherOf(version) != nullptr; }

    // Whether the form is sealed with an earlier pepper than the one that new forms are made with.
    bool isOutdated(const PasswordHash& stored) const {
        const auto version = stored.sealedWith();
        return version && *version < hasher_.pepperVersion();
    }

private:
    const Hasher* hasherOf(int version) const;  // nullptr: no such pepper is configured

    const Hasher& hasher_;
};

}  // namespace claviger::domain::secrets

#pragma once

#include <cstddef>
#include <optional>

#include "domain/secrets/hashing_slots.h"
#include "domain/secrets/password.h"

namespace claviger::domain::secrets {

// argon2id through libsodium. Thread-safe: holds no mutable state after construction.
class PasswordHasher {
public:
    explicit PasswordHasher(PasswordCost);  // hashes nothing

    PasswordHash hash(const Password&) const;

    // Costs one hashing whether there is a stored hash or not, so that time tells nobody which e-mails exist.
    // The slot is the proof that no more than two run on this host.
    bool matches(const HashingSlots::Slot&, const Password&, const std::optional<PasswordHash>& stored) const;

private:
    PasswordCost cost_;
    PasswordHash nobody_;  // matches no attempt; of the same cost
};

}  // namespace claviger::domain::secrets

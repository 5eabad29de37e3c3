#pragma once

#include <cstddef>
#include <optional>

#include "domain/secrets/hashing_queue.h"
#include "domain/secrets/password.h"

namespace claviger::domain::secrets {

// argon2id through libsodium. Thread-safe: holds no mutable state after construction.
class PasswordHasher {
public:
    explicit PasswordHasher(PasswordCost);  // hashes nothing

    PasswordHash hash(const Password&) const;

    // Costs one hashing whether there is a stored hash or not: time does not show which e-mails exist.
    // The permit is the proof that no more than two run on this host.
    bool matches(const HashingQueue::Permit&, const Password&, const std::optional<PasswordHash>& stored) const;

private:
    PasswordCost cost_;
    PasswordHash nobody_;  // matches no attempt; of the same cost
};

}  // namespace claviger::domain::secrets

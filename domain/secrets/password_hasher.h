#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "domain/secrets/hashing_queue.h"
#include "domain/secrets/password.h"

namespace claviger::domain::secrets {

// The result of checking a password: true if it is the right one.
struct PasswordMatch {
    bool matches = false;

    // The password's new stored form: where it matches and the stored form has another cost than the configured one.
    std::optional<PasswordHash> renewed{};

    explicit operator bool() const { return matches; }
};

// argon2id through libsodium. Thread-safe: holds no mutable state after construction.
class PasswordHasher {
public:
    static constexpr std::size_t kMostCosts = 4;  // that one check pays, beside that of the stored form

    explicit PasswordHasher(PasswordCost);  // hashes nothing

    PasswordHash hash(const Password&) const;  // throws std::bad_alloc

    // Costs the same with and without a stored form, and for each of the costs in use. Time does not show which
    // e-mails exist. Each check pays one hashing at the configured cost and one at each other cost of `inUse`. Those
    // are the costs of the accounts that the password could belong to. One of the hashings is the check. Another is
    // `renewed`, so that a change of the configured cost needs no further work.
    //
    // Of `inUse` the dearest are paid, kMostCosts with the configured one, but none that is far dearer than it
    // (secrets/README.md). A stored form of a cost that is not among them takes one hashing more.
    // The permit is the proof that no more than two run on this host. Throws std::bad_alloc for want of memory.
    PasswordMatch matches(const HashingQueue::Permit&, const Password&, const std::optional<PasswordHash>& stored,
                          const std::vector<PasswordCost>& inUse = {}) const;

private:
    PasswordMatch check(const Password&, const std::optional<PasswordHash>& stored,
                        const std::vector<PasswordCost>& inUse) const;
    std::vector<PasswordCost> costsToPay(const std::optional<PasswordCost>& stored, std::vector<PasswordCost>) const;

    PasswordCost cost_;
};

}  // namespace claviger::domain::secrets

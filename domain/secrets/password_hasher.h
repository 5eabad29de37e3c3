#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "domain/secrets/hashing_queue.h"
#include "domain/secrets/password.h"

namespace claviger::domain::secrets {

// The result of checking a password: true if it is correct.
struct PasswordMatch {
    bool matches = false;

    // The password's new stored form, if the password matches and the stored form has another cost than the configured
    // one. Otherwise nullopt.
    std::optional<PasswordHash> renewed{};

    explicit operator bool() const { return matches; }
};

// argon2id through libsodium. Thread-safe: holds no mutable state after construction.
class PasswordHasher {
public:
    static constexpr std::size_t kMostCosts = 4;  // the most costs that one check pays, beside the stored form's

    explicit PasswordHasher(PasswordCost);  // hashes nothing

    // Hashes at the configured cost, on the calling thread and without a permit. Throws std::bad_alloc if memory is
    // short.
    PasswordHash hash(const Password&) const;

    // Checks a password against an open (unsealed) stored form. Blocks for the hashings, which run on a low-priority
    // thread. The permit proves that at most two checks run on this host. Without a stored form, or with a broken or
    // sealed one, no password matches.
    //
    // The work is the same with and without a stored form, and for each of the costs in use. So the time does not
    // reveal which e-mails exist. Each check pays one hashing at the configured cost and one at each other cost of
    // `inUse`. Those are the costs of the accounts that the password could belong to. One of the hashings is the check.
    // Another is `renewed`, so that a change of the configured cost needs no further work.
    //
    // Of `inUse` the dearest are paid, kMostCosts with the configured one, but none that is far dearer than it
    // (secrets/README.md). A stored form of a cost that is not among them takes one hashing more.
    // Throws std::bad_alloc if memory is short, and std::system_error if no thread can be started.
    PasswordMatch matches(const HashingQueue::Permit&, const Password&, const std::optional<PasswordHash>& stored,
                          const std::vector<PasswordCost>& inUse = {}) const;

private:
    PasswordMatch check(const Password&, const std::optional<PasswordHash>& stored,
                        const std::vector<PasswordCost>& inUse) const;
    std::vector<PasswordCost> costsToPay(const std::optional<PasswordCost>& stored, std::vector<PasswordCost>) const;

    PasswordCost cost_;
};

}  // namespace claviger::domain::secrets

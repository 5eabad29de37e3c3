#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "domain/model/tenant.h"

namespace claviger::domain {

// The kinds of rows that may be deleted once they are old, with the time that counts as their age. Keys and users are
// never deleted.
enum class OldRows {
    kSessions,       // by their absolute limit
    kAuditEvents,    // by the time of the event
    kKnownDevices,   // by the last sign-in
    kLoginAttempts,  // by the time of the attempt
    kIndexedKeys,    // rows of the index of keys (KeyIndex), by the time until which they were usable
};

inline constexpr std::array kAllOldRows{OldRows::kSessions, OldRows::kAuditEvents, OldRows::kKnownDevices,
                                        OldRows::kLoginAttempts, OldRows::kIndexedKeys};

// Returns the shortest time for which rows of a kind must be kept. Within it they may still affect a decision.
constexpr std::chrono::days leastKept(OldRows rows) {
    switch (rows) {
        case OldRows::kAuditEvents:
            return std::chrono::days(30);  // only the search for what happened needs them
        case OldRows::kKnownDevices:
            return std::chrono::days(90);  // as long as a device stays known
        case OldRows::kSessions:
        case OldRows::kLoginAttempts:
        case OldRows::kIndexedKeys:
            break;
    }
    return std::chrono::days(1);
}

// The account of `claviger prune` may not read the tenants: `claviger migrate`, which grants that, has not run.
class PruningNotGranted : public std::runtime_error {
public:
    PruningNotGranted() : std::runtime_error("the account database.prune_user has no right to read the tenants") {}
};

// Old rows of all tenants. Uses an account that can only read their ages and delete them. Every method throws
// StorageUnavailable, or another exception if the database refuses one tenant. Not thread-safe.
class OldRowsStore {
public:
    virtual ~OldRowsStore() = default;

    // Returns the tenants whose schema is complete, by slug. Throws PruningNotGranted.
    virtual std::vector<Tenant> tenants() const = 0;

    // Returns the number of rows from before that time.
    virtual std::uint64_t count(const Tenant&, OldRows, Timestamp before) const = 0;

    // Deletes the oldest rows from before that time, at most kMostAtOnce, in one transaction. Returns their number.
    virtual std::uint64_t deleteSome(const Tenant&, OldRows, Timestamp before) = 0;

    static constexpr std::uint64_t kMostAtOnce = 1000;
};

}  // namespace claviger::domain

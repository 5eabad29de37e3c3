#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "domain/tenants/tenant.h"

namespace claviger::domain {

// The rows that may be deleted once they are old. Keys and users never are.
enum class OldRows {
    kSessions,       // by their absolute limit
    kAuditEvents,    // by the time of the event
    kKnownDevices,   // by the last sign-in
    kLoginAttempts,  // by the time of the attempt
};

inline constexpr std::array kAllOldRows{OldRows::kSessions, OldRows::kAuditEvents, OldRows::kKnownDevices,
                                        OldRows::kLoginAttempts};

// The shortest time for which rows of a kind are kept. Within it they may still decide something.
constexpr std::chrono::days leastKept(OldRows rows) {
    switch (rows) {
        case OldRows::kAuditEvents:
            return std::chrono::days(30);  // nothing depends on them but the answer to "what happened?"
        case OldRows::kKnownDevices:
            return std::chrono::days(90);  // as long as a device stays known
        case OldRows::kSessions:
        case OldRows::kLoginAttempts:
            break;
    }
    return std::chrono::days(1);
}

// Old rows of all tenants, reached with an account that can read their ages and delete them, and nothing more. Every
// method throws StorageUnavailable, or another exception where the database refuses one tenant. Not thread-safe.
class OldRowsStore {
public:
    virtual ~OldRowsStore() = default;

    // The tenants whose schema is whole, by slug.
    virtual std::vector<Tenant> tenants() const = 0;

    virtual std::uint64_t count(const Tenant&, OldRows, Timestamp before) const = 0;

    // Deletes the oldest rows of before that moment, at most kMostAtOnce, in one transaction. Returns how many.
    virtual std::uint64_t deleteSome(const Tenant&, OldRows, Timestamp before) = 0;

    static constexpr std::uint64_t kMostAtOnce = 1000;
};

}  // namespace claviger::domain

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "domain/ports/tenant/tenant_stores.h"
#include "domain/secrets/hasher.h"

namespace claviger::domain {

// Limits how often a sign-in is tried and how often it succeeds. An attempt is counted as a failure before its password
// is hashed, and given back if the password is correct. After a crash, a lost connection or a full disk it stays
// counted. Every method that uses the database throws StorageUnavailable, except clearAway. Thread-safe: holds no
// mutable state.
class Throttle {
public:
    static constexpr std::chrono::minutes kWindow{15};       // an attempt counts for this time
    static constexpr std::size_t kFailuresPerAccount = 10;   // for unknown accounts too
    static constexpr std::size_t kFailuresPerAddress = 100;  // an IPv4 address, or the /64 of an IPv6 one
    static constexpr std::size_t kFailuresPerDevice = 10;    // of a known browser, in place of the two above
    static constexpr std::size_t kFailuresOfDevices = 30;    // of all known browsers of an account together
    static constexpr std::size_t kSuccessesPerAccount = 30;  // from known browsers and others

    // The account, address and browser of an attempt.
    struct Source {
        std::string account;  // the e-mail; the text as typed if it is not an e-mail address
        std::string address;
        std::optional<secrets::DeviceHash> device;  // of a known browser, as stored
    };

    struct Budget {
        secrets::BudgetHash hash;
        std::size_t limit;
    };
    struct Budgets {
        std::vector<Budget> failures;
        Budget successes;
    };
    struct Counted {
        Budgets budgets;
        Timestamp at;
    };

    Throttle(TenantStores&, const secrets::Hasher&, const Clock&);  // references must outlive this

    Budgets budgetsOf(const Tenant&, const Source&) const;

    // Returns the refusal if no further attempt is allowed now, otherwise nullopt. The work is the same for each
    // account.
    //
    //   kTooManyAttempts   a budget of failures is used up
    //   kSignInBudgetUsed  the budget of successes is used up
    // If several budgets are used up, names the one with the longest wait. retryAfter is at least 1 s.
    std::optional<Error> refusal(const Tenant&, const Budgets&) const;

    // Counts the attempt as a failure. When this returns ok, the count is committed and the password may be hashed.
    // Concurrent attempts on any number of hosts never exceed a budget of failures together.
    //
    //   refusals as above; nothing is counted
    // Throws StorageUnavailable if the attempt cannot be counted or the outcome is unknown. Do not hash then.
    Result<Counted> count(const Tenant&, const Budgets&);

    // Gives the attempt back and counts a success, in the transaction that starts the session. The user must be locked.
    // Then concurrent sign-ins on any number of hosts never exceed the budget of successes together.
    //
    //   kSignInBudgetUsed  other sign-ins have used it up since the attempt was counted; nothing changed
    Result<void> succeed(TenantStore&, const Counted&, Timestamp now) const;

    // Gives the attempt back, in a transaction of its own.
    void giveBack(const Tenant&, const Counted&);

    // Deletes a bounded number of rows that count no more, but more than an attempt adds. Call it at the end of each
    // attempt. A failure is ignored.
    void clearAway(const Tenant&) noexcept;

    // Ends a lock-out of the account and of these devices of its user, in the caller's transaction. The budgets of
    // addresses stay. Returns whether any attempt counted until now. Attempts that stopped counting up to one window
    // ago are deleted too, since they may count on a host whose clock is behind.
    bool unlock(TenantStore&, const Tenant&, const std::string& account,
                const std::vector<secrets::DeviceHash>& devices, Timestamp now) const;

private:
    // `own` is the number of the caller's own attempts among those that are counted in each budget of failures.
    std::optional<Error> refusal(const Tenant&, const Budgets&, std::size_t own, Timestamp now) const;

    TenantStores& stores_;
    const secrets::Hasher& hasher_;
    const Clock& clock_;
};

// Returns the network of an address, for which a budget is kept: an IPv4 address itself, or the /64 (the first four
// groups) of an IPv6 address. An IPv4 client on an IPv6 socket (::ffff:192.0.2.7) counts as its IPv4 address. Another
// text is returned as it is.
std::string networkOf(const std::string& address);

}  // namespace claviger::domain

#pragma once

#include <chrono>
#include <optional>

#include "domain/base/clock.h"
#include "domain/base/result.h"
#include "domain/ports/tenant/tenant_store.h"

namespace claviger::domain {

// The limit on a user's changes to keys: N creates, regenerates and enables per hour, together (GCRA). A user may make
// all of them at once. The budget then regains one change in each N-th part of an hour. The state of a user is one
// time: when the budget is full again. Thread-safe: immutable.
class ChangeLimit {
public:
    static constexpr std::chrono::hours kWindow{1};

    // The largest accepted difference between the clocks of two hosts. A stored time later than now, kWindow and this
    // together was written by a clock that was ahead, and is ignored.
    static constexpr std::chrono::minutes kClockMargin{1};

    ChangeLimit() = default;  // no limit

    // `changes` per window; 0 counts as 1. nullopt: no limit.
    explicit ChangeLimit(std::optional<unsigned> changes);

    // Takes one change from a budget that is full again at `wholeAt` (nullopt: it is full now). Returns the new time at
    // which it is full again; store that time with the change. Returns nullopt without a limit.
    //   kTooManyChanges  the budget is used up; retryAfter is the time until one change is possible
    Result<std::optional<Timestamp>> charge(std::optional<Timestamp> wholeAt, Timestamp now) const;

private:
    std::chrono::microseconds cost_{0};   // of one change; 0: no limit
    std::chrono::microseconds whole_{0};  // the cost of all changes of a budget: one window, apart from rounding
};

// Takes one change from the budget of a locked user, and stores the new state. `wholeAt` is the state that was read
// under the lock.
//   kTooManyChanges  as ChangeLimit::charge; nothing is stored
Result<void> chargeChange(const ChangeLimit&, TenantStore&, const UserId&, std::optional<Timestamp> wholeAt,
                          Timestamp now);

}  // namespace claviger::domain

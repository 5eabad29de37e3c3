#pragma once

#include <chrono>
#include <optional>

#include "domain/base/clock.h"
#include "domain/base/result.h"

namespace claviger::domain {

// The limit on what a user changes in their keys: so many creates and regenerates an hour, together. A user may make
// all of them at once; each then comes back by itself, the N-th part of an hour after the one before it (GCRA).
// One moment holds the whole state of a user: when the budget is whole again. Thread-safe: immutable.
class ChangeLimit {
public:
    static constexpr std::chrono::hours kWindow{1};

    // The clocks of two hosts may differ by this much. A stored moment that is later than a window and this from now
    // was written while a clock was ahead; it counts for nothing.
    static constexpr std::chrono::minutes kClockMargin{1};

    ChangeLimit() = default;  // no limit

    // `changes` a window, at least 1; nothing: no limit.
    explicit ChangeLimit(std::optional<unsigned> changes);

    // Takes one change out of a budget that is whole at `wholeAt` (nothing: is whole). Returns when it is whole after
    // that, which is to be stored with the change; nothing without a limit.
    //   kTooManyChanges  the budget is used up; retryAfter says when one change is possible
    Result<std::optional<Timestamp>> charge(std::optional<Timestamp> wholeAt, Timestamp now) const;

private:
    std::chrono::microseconds cost_{0};   // of one change; 0: no limit
    std::chrono::microseconds whole_{0};  // the cost of all changes of a budget: a window, but for rounding
};

}  // namespace claviger::domain

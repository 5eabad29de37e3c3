#pragma once

#include <optional>

#include "domain/base/clock.h"
#include "domain/secrets/digest.h"

namespace claviger::domain {

// The time from `from` to `to`, both included.
struct Period {
    Timestamp from, to;
};

// The sign-in attempts, counted per budget. The cost of a query of a budget depends on its limit, never on the number
// of rows in the table. A refused statement counts as an unavailable database here: StorageUnavailable.
class LoginAttempts {
public:
    virtual ~LoginAttempts() = default;

    // Returns the time of the n-th newest attempt of the period. nullopt if there were fewer. n counts from 1.
    virtual std::optional<Timestamp> nthNewest(const secrets::BudgetHash&, std::size_t n, const Period&) const = 0;
    virtual void add(const secrets::BudgetHash&, Timestamp) = 0;

    // Deletes one attempt of the budget that was counted at that time. It is ok if there is none.
    virtual void takeBack(const secrets::BudgetHash&, Timestamp) = 0;

    // Deletes the attempts of the budget from that time on. Returns their number.
    virtual std::size_t remove(const secrets::BudgetHash&, Timestamp from) = 0;

    // Deletes attempts outside the period, of any budget: at most that many before it and as many after it.
    virtual void clearAway(const Period& kept, std::size_t most) = 0;
};

}  // namespace claviger::domain

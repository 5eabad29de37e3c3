#pragma once

#include <initializer_list>
#include <set>

#include "domain/fence/slot.h"

namespace claviger::domain {

// The slots of all entities whose revocation state one transaction changes, by a revocation or its undoing. Iteration
// is in ascending order. Their rows are locked in that order, so two transactions cannot deadlock on them. Not
// thread-safe.
class StandingChanges {
public:
    StandingChanges() = default;
    StandingChanges(std::initializer_list<Slot> slots) : slots_(slots) {}

    void add(Slot slot) { slots_.insert(slot); }
    bool empty() const { return slots_.empty(); }
    std::size_t size() const { return slots_.size(); }
    auto begin() const { return slots_.begin(); }
    auto end() const { return slots_.end(); }

private:
    std::set<Slot> slots_;
};

}  // namespace claviger::domain

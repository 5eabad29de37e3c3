#pragma once

#include <initializer_list>
#include <set>

#include "domain/fence/shard.h"

namespace claviger::domain {

// The shards of all entities whose revocation state one transaction changes, by a revocation or its undoing, and of the
// lists of keys that it changes. Each shard is in it once. Iteration is in ascending order. Their rows of
// revocation_epochs and list_epochs are locked in that order, so two transactions cannot deadlock on them. Not
// thread-safe.
class Invalidations {
public:
    Invalidations() = default;
    Invalidations(std::initializer_list<Shard> shards) : shards_(shards) {}

    void add(Shard shard) { shards_.insert(shard); }
    bool empty() const { return shards_.empty(); }
    std::size_t size() const { return shards_.size(); }
    auto begin() const { return shards_.begin(); }
    auto end() const { return shards_.end(); }

private:
    std::set<Shard> shards_;
};

}  // namespace claviger::domain

#pragma once

#include <optional>

#include "domain/fence/fence.h"
#include "domain/model/api_key.h"

namespace claviger::domain {

// Caches keys that verify has read, by their hash, for all workers of a host. A cached key is returned only while the
// fence holds its stamp. Thread-safe. No method blocks or throws.
template <class Key>
class KeyCache {
public:
    virtual ~KeyCache() = default;

    // Returns the cached key with this hash. nullopt if none is cached, or if its entry does not hold any more.
    virtual std::optional<Key> find(const secrets::KeyHash&) = 0;

    // Caches the key. The stamp's counters must have been read before the query that found the key. May evict another
    // key, or cache nothing.
    virtual void keep(const secrets::KeyHash&, const Key&, const CacheStamp&) = 0;
};

}  // namespace claviger::domain

#pragma once

#include <vector>

#include "domain/fence/fence.h"
#include "domain/model/api_key.h"

namespace claviger::domain {

// The active keys that this host caches, for renewing their entries before they are looked up one by one (KeyRenewal).
// For one thread, beside any number of threads that use the cache. No method blocks or throws.
class CachedKeys {
public:
    virtual ~CachedKeys() = default;

    // Returns the hashes of up to `most` further keys that are due: used within the last minute, with an entry that
    // holds no more or is half as old as an entry may become. Empty at the end of a round; the next call begins another
    // one. A round need not look at all keys. Four rounds a second find a key within 10 s, and within a second if many
    // entries hold no more. Also empty while the fence has no lease.
    virtual std::vector<secrets::KeyHash> nextDue(std::size_t most) = 0;

    // Replaces the entry of the key by one with this stamp. It does not count as a use. Does nothing if the key is not
    // cached any more. The stamp's counters must have been read before the query that confirmed the key.
    virtual void renew(const secrets::KeyHash&, const ActiveKey&, const CacheStamp&) = 0;

    // The key's entry is not due again before the key is cached anew.
    virtual void giveUp(const secrets::KeyHash&) = 0;
};

}  // namespace claviger::domain

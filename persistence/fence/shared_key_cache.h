#pragma once

#include <cstdint>
#include <span>

#include "domain/ports/outside/key_cache.h"
#include "persistence/shared_memory/key_bucket.h"

namespace claviger::persistence {

// A cache of keys of one host, in its part of the segment. A key is looked up once for all workers, and stays cached
// when they are replaced. An entry is used for at most a minute, so that an error in the fence cannot last.
// Thread-safe, also between processes. There is one for active and one for dead keys.
//
// keep() writes the place in the bucket that has the key already. If there is none, or a writer has taken it, keep()
// evicts the least recently used key whose place it can write. So two places may have the same key. If keep() can write
// no place, it caches nothing.
template <class Key>
class SharedKeyCache final : public domain::KeyCache<Key> {
public:
    // The buckets (Segment) and the fence must outlive this. Without buckets it caches nothing.
    SharedKeyCache(std::span<KeyBucket<Key>> buckets, const domain::Fence& fence) : buckets_(buckets), fence_(fence) {}

    std::optional<Key> find(const domain::secrets::KeyHash&) override;
    void keep(const domain::secrets::KeyHash&, const Key&, const domain::CacheStamp&) override;

private:
    const std::span<KeyBucket<Key>> buckets_;
    const domain::Fence& fence_;
};

extern template class SharedKeyCache<domain::ActiveKey>;
extern template class SharedKeyCache<domain::DeadKey>;

}  // namespace claviger::persistence

#pragma once

#include "domain/ports/outside/active_key_cache.h"
#include "persistence/shared_memory/segment.h"

namespace claviger::persistence {

// The cache of active keys of one host, in its part of the segment. A key is looked up once for all workers, and stays
// cached when they are replaced. An entry is used for at most a minute, so that an error in the fence cannot last. The
// least recently used key of a bucket is evicted. Thread-safe, also between processes.
class SharedActiveKeys final : public domain::ActiveKeyCache {
public:
    // References must outlive this.
    SharedActiveKeys(const Segment&, const domain::Fence&);

    std::optional<domain::ActiveKey> find(const domain::secrets::KeyHash&) override;
    void keep(const domain::secrets::KeyHash&, const domain::ActiveKey&, const domain::CacheStamp&) override;

private:
    ActiveKeysBucket* bucketOf(const domain::secrets::KeyHash&) const;  // nullptr if the segment has no buckets

    const std::span<ActiveKeysBucket> buckets_;
    const domain::Fence& fence_;
};

}  // namespace claviger::persistence

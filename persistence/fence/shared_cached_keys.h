#pragma once

#include <optional>
#include <span>

#include "domain/ports/outside/cached_keys.h"
#include "persistence/fence/shared_fence.h"
#include "persistence/shared_memory/key_bucket.h"
#include "persistence/shared_memory/touched_pages.h"

namespace claviger::persistence {

// The active keys that SharedKeyCache caches in the segment, for renewing them. It reads no page of the segment that no
// key was ever cached in, so that it takes no memory. For one thread.
class SharedCachedKeys final : public domain::CachedKeys {
public:
    using Buckets = std::span<KeyBucket<domain::ActiveKey>>;

    // The buckets (Segment) and the fence must outlive this.
    SharedCachedKeys(Buckets buckets, const SharedFence& fence) : buckets_(buckets), fence_(fence) {}

    std::vector<domain::secrets::KeyHash> nextDue(std::size_t most) override;
    void renew(const domain::secrets::KeyHash&, const domain::ActiveKey&, const domain::CacheStamp&) override;
    void giveUp(const domain::secrets::KeyHash&) override;

private:
    using Place = KeyBucket<domain::ActiveKey>::Place;

    void addDue(const Place&, SharedFence::Moment now, std::vector<domain::secrets::KeyHash>&) const;
    Place* placeOf(const domain::secrets::KeyHash&) const;

    const Buckets buckets_;
    const SharedFence& fence_;
    std::size_t next_ = 0;               // the bucket that nextDue() goes on with
    std::optional<TouchedPages> pages_;  // as of the beginning of the round; nullopt between two rounds
};

}  // namespace claviger::persistence

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
//
// A round looks at one of kParts parts of the buckets. If many of the part's entries hold no more, the round goes on
// with all buckets. So a round costs little while few shards are bumped, and after an invalidation of many keys at once
// the next round finds them.
class SharedCachedKeys final : public domain::CachedKeys {
public:
    using Buckets = std::span<KeyBucket<domain::ActiveKey>>;

    // Four rounds a second look at each entry every 10 s: between half its age, 30 s, and its end at 60 s.
    static constexpr std::size_t kParts = 40;

    // The buckets (Segment) and the fence must outlive this.
    SharedCachedKeys(Buckets buckets, const SharedFence& fence) : buckets_(buckets), fence_(fence) {}

    std::vector<domain::secrets::KeyHash> nextDue(std::size_t most) override;
    void renew(const domain::secrets::KeyHash&, const domain::ActiveKey&, const domain::CacheStamp&) override;
    void giveUp(const domain::secrets::KeyHash&) override;

private:
    using Place = KeyBucket<domain::ActiveKey>::Place;

    // The buckets that a round looks at.
    struct Stretch {
        explicit Stretch(Buckets stretch) : buckets(stretch), pages(std::as_bytes(stretch)) {}

        Buckets buckets;
        TouchedPages pages;  // as of the beginning
        std::size_t next = 0;
        std::size_t used = 0, broken = 0;  // entries in use so far, and those of them that hold no more
    };

    Buckets nextPart();
    bool isWidespread() const;
    void lookOn(std::size_t most, std::vector<domain::secrets::KeyHash>& due);
    void addDue(const Place&, SharedFence::Moment now, std::vector<domain::secrets::KeyHash>& due);
    Place* placeOf(const domain::secrets::KeyHash&) const;

    const Buckets buckets_;
    const SharedFence& fence_;
    std::size_t part_ = 0;            // the part of the next round
    std::optional<Stretch> stretch_;  // nullopt between two rounds
};

}  // namespace claviger::persistence

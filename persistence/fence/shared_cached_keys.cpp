#include "persistence/fence/shared_cached_keys.h"

#include <chrono>

#include "persistence/fence/key_places.h"

namespace claviger::persistence {
namespace {

constexpr std::chrono::seconds kUsedWithin{60};

}  // namespace

std::vector<domain::secrets::KeyHash> SharedCachedKeys::nextDue(std::size_t most) {
    std::vector<domain::secrets::KeyHash> due;
    if (!fence_.hasLease()) return due;
    const auto now = SharedFence::now();
    if (!pages_) pages_.emplace(std::as_bytes(buckets_));
    for (; next_ < buckets_.size() && due.size() + KeyBucket<domain::ActiveKey>::kPlaces <= most; ++next_)
        for (const auto& place : buckets_[next_].places)
            if (pages_->has(&place)) addDue(place, now, due);
    if (!due.empty()) return due;
    next_ = 0;
    pages_.reset();
    return due;
}

void SharedCachedKeys::addDue(const Place& place, SharedFence::Moment now,
                              std::vector<domain::secrets::KeyHash>& due) const {
    const auto usedAt = place.usedAt.load(std::memory_order_relaxed);
    if (usedAt == 0 || usedAt + kUsedWithin.count() < secondsOf(now)) return;
    const auto entry = place.entry.load();
    if (!entry) return;
    const bool isYoung = now - SharedFence::Moment(entry->since) < kKeyMaxAge / 2;
    if (!isYoung || !fence_.holds(entry->stamp)) due.push_back(entry->hash);
}

void SharedCachedKeys::renew(const domain::secrets::KeyHash& hash, const domain::ActiveKey& key,
                             const domain::CacheStamp& stamp) {
    if (auto* const place = placeOf(hash)) (void)place->entry.store({hash, key, stamp, SharedFence::now().count()});
}

// Such an entry is also the first that is evicted.
void SharedCachedKeys::giveUp(const domain::secrets::KeyHash& hash) {
    if (auto* const place = placeOf(hash)) place->usedAt.store(0, std::memory_order_relaxed);
}

SharedCachedKeys::Place* SharedCachedKeys::placeOf(const domain::secrets::KeyHash& hash) const {
    auto* const bucket = bucketOf(buckets_, hash);
    if (bucket == nullptr) return nullptr;
    for (auto& place : bucket->places) {
        if (place.entry.beginning() != beginningOf(hash)) continue;
        const auto entry = place.entry.load();
        if (entry && entry->hash == hash) return &place;
    }
    return nullptr;
}

}  // namespace claviger::persistence

#include "persistence/fence/shared_cached_keys.h"

#include <chrono>

#include "persistence/fence/key_places.h"

namespace claviger::persistence {
namespace {

constexpr std::chrono::seconds kUsedWithin{60};
constexpr std::size_t kWidespread = 8;  // one of so many entries holds no more

}  // namespace

std::vector<domain::secrets::KeyHash> SharedCachedKeys::nextDue(std::size_t most) {
    std::vector<domain::secrets::KeyHash> due;
    if (!fence_.hasLease()) return due;
    if (!stretch_) stretch_.emplace(nextPart());
    lookOn(most, due);
    if (due.empty() && isWidespread()) {
        stretch_.emplace(buckets_);
        lookOn(most, due);
    }
    if (due.empty()) stretch_.reset();
    return due;
}

SharedCachedKeys::Buckets SharedCachedKeys::nextPart() {
    const auto begin = buckets_.size() * part_ / kParts, end = buckets_.size() * (part_ + 1) / kParts;
    part_ = (part_ + 1) % kParts;
    return buckets_.subspan(begin, end - begin);
}

// False if all buckets were looked at.
bool SharedCachedKeys::isWidespread() const {
    return stretch_->buckets.size() < buckets_.size() && stretch_->broken > 0 &&
           stretch_->broken * kWidespread >= stretch_->used;
}

void SharedCachedKeys::lookOn(std::size_t most, std::vector<domain::secrets::KeyHash>& due) {
    const auto now = SharedFence::now();
    auto& stretch = *stretch_;
    const auto room = [&] { return due.size() + KeyBucket<domain::ActiveKey>::kPlaces <= most; };
    for (; stretch.next < stretch.buckets.size() && room(); ++stretch.next)
        for (const auto& place : stretch.buckets[stretch.next].places)
            if (stretch.pages.has(&place)) addDue(place, now, due);
}

void SharedCachedKeys::addDue(const Place& place, SharedFence::Moment now, std::vector<domain::secrets::KeyHash>& due) {
    const auto usedAt = place.usedAt.load(std::memory_order_relaxed);
    if (usedAt == 0 || usedAt + kUsedWithin.count() < secondsOf(now)) return;
    const auto entry = place.entry.load();
    if (!entry) return;
    const bool isYoung = now - SharedFence::Moment(entry->since) < kKeyMaxAge / 2;
    const bool holds = fence_.holds(entry->stamp);
    ++stretch_->used;
    if (!holds) ++stretch_->broken;
    if (!isYoung || !holds) due.push_back(entry->hash);
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

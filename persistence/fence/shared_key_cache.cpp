#include "persistence/fence/shared_key_cache.h"

#include <algorithm>

#include "persistence/fence/key_places.h"

namespace claviger::persistence {
namespace {

// Writes only once a second: all workers read a busy key's place, and a write takes it from their processors' caches.
template <class Place>
void markUsed(Place& place, SharedFence::Moment now) {
    const auto seconds = secondsOf(now);
    if (place.usedAt.load(std::memory_order_relaxed) != seconds) place.usedAt.store(seconds, std::memory_order_relaxed);
}

// The order in which the places of a bucket are tried for a key: first the one that has it, then the least recently
// used.
//
// Sorts copies: other workers change the places meanwhile, and a comparison must not change its result.
template <class Bucket>
auto orderFor(Bucket& bucket, std::uint64_t beginning) {
    struct Candidate {
        typename Bucket::Place* place;
        bool hasIt;
        std::uint32_t usedAt;
    };
    std::array<Candidate, Bucket::kPlaces> order{};
    std::transform(bucket.places.begin(), bucket.places.end(), order.begin(), [&](auto& place) {
        return Candidate{&place, place.entry.beginning() == beginning, place.usedAt.load(std::memory_order_relaxed)};
    });
    std::sort(order.begin(), order.end(), [](const Candidate& a, const Candidate& b) {
        return a.hasIt != b.hasIt ? a.hasIt : a.usedAt < b.usedAt;
    });
    return order;
}

}  // namespace

template <class Key>
std::optional<Key> SharedKeyCache<Key>::find(const domain::secrets::KeyHash& hash) {
    auto* const bucket = bucketOf(buckets_, hash);
    if (bucket == nullptr) return std::nullopt;
    const auto now = SharedFence::now();
    const auto beginning = beginningOf(hash);
    for (auto& place : bucket->places) {
        if (place.entry.beginning() != beginning) continue;
        const auto entry = place.entry.load();
        if (!entry || entry->hash != hash || now - SharedFence::Moment(entry->since) > kKeyMaxAge) continue;
        if (!fence_.holds(entry->stamp)) continue;
        markUsed(place, now);
        return entry->key;
    }
    return std::nullopt;
}

template <class Key>
void SharedKeyCache<Key>::keep(const domain::secrets::KeyHash& hash, const Key& key, const domain::CacheStamp& stamp) {
    auto* const bucket = bucketOf(buckets_, hash);
    if (bucket == nullptr) return;
    const auto now = SharedFence::now();
    for (const auto& candidate : orderFor(*bucket, beginningOf(hash))) {
        auto& place = *candidate.place;
        if (!place.entry.store({hash, key, stamp, now.count()})) continue;  // taken by a writer, or by one that died
        markUsed(place, now);
        return;
    }
}

template class SharedKeyCache<domain::ActiveKey>;
template class SharedKeyCache<domain::DeadKey>;

}  // namespace claviger::persistence

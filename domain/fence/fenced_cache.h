#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "domain/fence/fence.h"

namespace claviger::domain {

// Caches results of database queries in the memory of this process. An entry is returned only while Fence::holds() is
// true for its stamp, and for a limited time after keep(), so that an error in the fence cannot last. An entry that
// is no longer returned stays in memory until another takes its place.
//
// Bounded: holds at most `capacity` entries, rounded up to a multiple of 8; 0 turns the cache off. Eight entries share
// a bucket. An entry of a new key takes a free place in it, or that of the least recently used one. The constructor
// allocates all places. Thread-safe: values are copied under a lock, so they should be cheap to copy.
//
// `Hash` must spread keys evenly over std::size_t.
template <class Key, class Value, class Hash = std::hash<Key>>
class FencedCache {
public:
    static constexpr std::chrono::seconds kMaxAge{60};

    // The fence must outlive this. `maxAge` is the time after keep() in which an entry may be returned.
    FencedCache(const Fence& fence, std::size_t capacity, std::chrono::seconds maxAge = kMaxAge)
        : fence_(fence), maxAge_(maxAge), places_((capacity + kShared - 1) / kShared) {}

    // Returns a copy of the cached value. nullopt if there is none, or if it is too old or its stamp does not hold.
    std::optional<Value> find(const Key& key) {
        if (places_.empty()) return std::nullopt;
        const auto now = Clock::now();
        const auto index = indexOf(key);
        const std::lock_guard lock(lockOf(index));
        for (auto& entry : places_[index]) {
            if (!entry || entry->key != key) continue;
            if (now - entry->since > maxAge_ || !fence_.holds(entry->stamp)) return std::nullopt;
            entry->used = now;
            return entry->value;
        }
        return std::nullopt;
    }

    // Caches the value in place of an earlier one of the key. The stamp's counters must have been read
    // before the query.
    void keep(const Key& key, Value value, const CacheStamp& stamp) {
        if (places_.empty()) return;
        const auto now = Clock::now();
        const auto index = indexOf(key);
        const std::lock_guard lock(lockOf(index));
        roomFor(key, places_[index]).emplace(Entry{key, std::move(value), stamp, now, now});
    }

private:
    using Clock = std::chrono::steady_clock;

    static constexpr std::size_t kShared = 8;
    static constexpr std::size_t kLocks = 64;

    struct Entry {
        Key key;
        Value value;
        CacheStamp stamp;
        Clock::time_point since, used;
    };
    using Place = std::array<std::optional<Entry>, kShared>;

    std::size_t indexOf(const Key& key) const { return Hash()(key) % places_.size(); }
    std::mutex& lockOf(std::size_t index) { return locks_[index % kLocks]; }

    static std::optional<Entry>& roomFor(const Key& key, Place& place) {
        const auto same =
            std::find_if(place.begin(), place.end(), [&](const auto& entry) { return entry && entry->key == key; });
        if (same != place.end()) return *same;
        return *std::min_element(place.begin(), place.end(), [](const auto& a, const auto& b) {
            return (a ? a->used : Clock::time_point::min()) < (b ? b->used : Clock::time_point::min());
        });
    }

    const Fence& fence_;
    const Clock::duration maxAge_;
    std::vector<Place> places_;
    std::array<std::mutex, kLocks> locks_;
};

// The hash of a digest: its first bytes. Digests are keyed hashes, so their bytes are evenly spread already.
struct HashOfDigest {
    template <class Kind>
    std::size_t operator()(const secrets::Digest<Kind>& digest) const {
        std::size_t value = 0;
        for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8U | digest.octets()[i];
        return value;
    }
};

}  // namespace claviger::domain

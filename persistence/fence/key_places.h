#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <span>

#include "domain/fence/fenced_cache.h"
#include "persistence/fence/shared_fence.h"
#include "persistence/shared_memory/key_bucket.h"

namespace claviger::persistence {

// The age from which a cached key is not used any more.
constexpr SharedFence::Moment kKeyMaxAge = std::chrono::minutes(1);

// The beginning of an entry with this hash (SharedRecord::beginning()).
inline std::uint64_t beginningOf(const domain::secrets::KeyHash& hash) {
    std::array<std::uint8_t, sizeof(std::uint64_t)> bytes;
    std::copy_n(hash.octets().begin(), bytes.size(), bytes.begin());
    return std::bit_cast<std::uint64_t>(bytes);
}

// The form of KeyBucket::Place::usedAt.
inline std::uint32_t secondsOf(SharedFence::Moment moment) {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(moment).count());
}

// The bucket of a hash; nullptr if there are no buckets.
template <class Key>
KeyBucket<Key>* bucketOf(std::span<KeyBucket<Key>> buckets, const domain::secrets::KeyHash& hash) {
    return buckets.empty() ? nullptr : &buckets[domain::HashOfDigest()(hash) % buckets.size()];
}

}  // namespace claviger::persistence

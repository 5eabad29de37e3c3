#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "domain/fence/fence.h"
#include "domain/secrets/digest.h"
#include "persistence/shared_memory/shared_record.h"

namespace claviger::persistence {

// A bucket of a part of the segment that SharedKeyCache uses: eight places for cached keys. The hash of a key decides
// its bucket. All workers of the host read and write it. Memory of zeros is an empty bucket.
//
// A worker that is killed while it writes an entry leaves its place unusable for the life of the segment: one of eight,
// and only for the keys of this bucket (SharedRecord). It leaves no lock.
template <class Key>
struct KeyBucket {
    static constexpr std::size_t kPlaces = 8;

    struct Entry {
        domain::secrets::KeyHash hash;
        Key key;
        domain::CacheStamp stamp;
        std::int64_t since;  // nanoseconds of CLOCK_BOOTTIME
    };
    struct alignas(128) Place {
        SharedRecord<Entry> entry;
        std::atomic<std::uint32_t> usedAt = 0;  // seconds of CLOCK_BOOTTIME
    };
    static_assert(sizeof(Place) == 128);

    std::array<Place, kPlaces> places;
};

}  // namespace claviger::persistence

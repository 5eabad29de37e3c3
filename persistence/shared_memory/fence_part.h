#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "domain/fence/fence.h"

namespace claviger::persistence {

// The part of the segment that SharedFence uses. Workers and poller of the host read it. The poller writes
// `freshUntil`, `aloneUntil` and `poller`. The poller and the workers bump counters.
//
// Each value is one atomic, so no killed process leaves a torn value. A process that is killed between two bumps of
// one change has sent no acknowledgement, and the change's epochs are committed: the poller bumps its shards on the
// next reading. A killed poller leaves a lease and a time as only host. Both end by themselves, within 400 ms. It also
// leaves its token: the next poller finds that the token's connection has ended, and begins anew.
struct FencePart {
    static constexpr std::size_t kCacheLine = 64;

    // Nanoseconds of CLOCK_BOOTTIME: the lease's end, and until when this host is the only one. 0: never granted.
    alignas(kCacheLine) std::atomic<std::int64_t> freshUntil = 0;
    std::atomic<std::int64_t> aloneUntil = 0;
    std::atomic<std::uint64_t> poller = 0;  // the token of the poller that has claimed the segment; 0: none
    alignas(kCacheLine) std::array<std::atomic<domain::ShardCounter>, domain::kShards> counters{};  // by shard

    static_assert(std::atomic<std::int64_t>::is_always_lock_free);
    static_assert(std::atomic<domain::ShardCounter>::is_always_lock_free);
};

}  // namespace claviger::persistence

#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "domain/fence/fence.h"

namespace claviger::persistence {

// The part of the segment that SharedFence uses. All processes of the host read it. The poller writes `freshUntil` and
// `aloneUntil`; any process bumps counters.
//
// Each member is one atomic, so no killed process leaves a torn value. A process that is killed between two bumps of
// one change has sent no acknowledgement, and the change's epochs are committed: the poller bumps the rest on its next
// reading. A killed poller leaves a lease, which ends by itself.
struct FencePart {
    static constexpr std::size_t kCacheLine = 64;

    alignas(kCacheLine) std::atomic<std::int64_t> freshUntil = 0;  // nanoseconds of CLOCK_BOOTTIME; the lease's end
    std::atomic<std::int64_t> aloneUntil = 0;                      // nanoseconds of CLOCK_BOOTTIME
    alignas(kCacheLine) std::array<std::atomic<domain::ShardCounter>, domain::kShards> counters{};

    static_assert(std::atomic<std::int64_t>::is_always_lock_free);
    static_assert(std::atomic<domain::ShardCounter>::is_always_lock_free);
};

}  // namespace claviger::persistence

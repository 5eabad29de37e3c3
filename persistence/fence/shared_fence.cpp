#include "persistence/fence/shared_fence.h"

#include <algorithm>
#include <ctime>

namespace claviger::persistence {

SharedFence::Moment SharedFence::now() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

SharedFence::SharedFence(const Segment& segment) : segment_(segment), part_(segment.fence()) {}

void SharedFence::read(domain::ShardCounters& counters) const {
    for (std::size_t i = 0; i < domain::kShards; ++i) counters[i] = part_.counters[i].load(std::memory_order_acquire);
}

// Loads the lease first, then the counters. The poller stores them in the opposite order, so that a thread that sees
// a lease also sees every counter that was bumped before it.
bool SharedFence::holds(std::span<const domain::StampPart> stamp) const {
    if (!hasLease()) return false;
    for (const auto& [shard, counter] : stamp)
        if (part_.counters[indexOf(shard)].load(std::memory_order_acquire) != counter) return false;
    return true;
}

void SharedFence::bump(const domain::Invalidations& changes) {
    for (const auto shard : changes) part_.counters[indexOf(shard)].fetch_add(1);
}

bool SharedFence::hasLease() const {
    return now() < Moment{part_.freshUntil.load(std::memory_order_acquire)};
}

bool SharedFence::isAlone() const {
    return now() < Moment{part_.aloneUntil.load(std::memory_order_acquire)};
}

std::chrono::milliseconds SharedFence::lapsedFor() const {
    const Moment freshUntil{part_.freshUntil.load(std::memory_order_acquire)};
    const auto lapsed = now() - std::max(freshUntil, mappedAt_);
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(lapsed), std::chrono::milliseconds{0});
}

std::optional<domain::SegmentId> SharedFence::segment() const {
    return segment_.id();
}

void SharedFence::bumpAll() {
    for (auto& counter : part_.counters) counter.fetch_add(1);
}

// A lease that has lapsed stays as it is, since it shows when it lapsed. A lease that still holds is set to an end one
// lease's length ago.
void SharedFence::lower() {
    const std::int64_t past = (now() - domain::kLease).count();
    part_.freshUntil.store(std::min(part_.freshUntil.load(), past));
}

void SharedFence::lease(Moment end) {
    part_.freshUntil.store(end.count(), std::memory_order_release);
}

void SharedFence::aloneUntil(Moment end) {
    part_.aloneUntil.store(end.count(), std::memory_order_release);
}

SharedFence::Moment SharedFence::readingOfLease() const {
    return Moment{part_.freshUntil.load(std::memory_order_acquire)} - domain::kLease;
}

PollerToken SharedFence::poller() const {
    return part_.poller.load();
}

void SharedFence::claim(PollerToken token) {
    part_.poller.store(token);
}

bool SharedFence::claimFrom(PollerToken before, PollerToken now) {
    return part_.poller.compare_exchange_strong(before, now);
}

}  // namespace claviger::persistence

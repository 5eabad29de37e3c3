#pragma once

#include <chrono>

#include "domain/fence/fence.h"
#include "persistence/shared_memory/segment.h"

namespace claviger::persistence {

// Names one connection of one poller. Random.
using PollerToken = std::uint64_t;
constexpr PollerToken kNoPoller = 0;

// The fence of one host, in its part of the segment. Each process of the host has an object of its own over the same
// memory. Thread-safe, also between processes.
class SharedFence final : public domain::Fence {
public:
    // A time on CLOCK_BOOTTIME. That clock also counts while the machine is suspended.
    using Moment = std::chrono::nanoseconds;
    static Moment now();

    // The segment must outlive this.
    explicit SharedFence(const Segment&);

    void read(domain::ShardCounters&) const override;
    bool holds(std::span<const domain::StampPart>) const override;
    void bump(const domain::Invalidations&) override;
    bool isAlone() const override;
    std::chrono::milliseconds lapsedFor() const override;
    std::optional<domain::SegmentId> segment() const override;

    bool hasLease() const;  // without a lease no stamp holds

    // These are only for the poller.
    void bumpAll();  // bumps every shard: no stamp of earlier counters holds any more
    // Ends the lease: no stamp holds until the next one. It then counts as lapsed at least 400 ms ago.
    // aloneUntil() stays.
    void lower();
    void lease(Moment end);       // stamps may hold until `end`; to be called after all known changes were bumped
    void aloneUntil(Moment end);  // until then this host is the only one; a past time: other hosts may be there

    Moment readingOfLease() const;  // the beginning of the round of the last lease; after lower() at least 800 ms ago
    PollerToken poller() const;     // the poller that has claimed the segment; kNoPoller: none
    void claim(PollerToken);        // for this poller, whoever had it
    bool claimFrom(PollerToken before, PollerToken now);  // false, and nothing changed, if another poller has it

private:
    const Segment& segment_;
    FencePart& part_;
    const Moment mappedAt_ = now();
};

}  // namespace claviger::persistence

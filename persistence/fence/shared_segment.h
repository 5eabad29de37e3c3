#pragma once

#include <chrono>
#include <memory>

#include "domain/fence/fence.h"

namespace claviger::persistence {

// The shared-memory segment of one host. Its master makes it; its workers and its poller map it. It stays in memory
// when a worker or the poller ends, so that a change reaches draining workers too. Thread-safe, also between processes.
class SharedSegment final : public domain::Fence {
public:
    // A time on CLOCK_BOOTTIME. That clock also counts while the machine is suspended.
    using Moment = std::chrono::nanoseconds;
    static Moment now();

    // Makes a new segment without a lease. Returns a file descriptor (memfd, close-on-exec) that the caller owns.
    // Throws std::system_error.
    static int make();

    // Maps the segment. The caller keeps the descriptor, and may close it afterwards. Throws std::runtime_error if it
    // is no segment of this layout: another release has made it. Throws std::system_error if it cannot be mapped.
    explicit SharedSegment(int fd);
    ~SharedSegment() override;
    SharedSegment(const SharedSegment&) = delete;
    SharedSegment& operator=(const SharedSegment&) = delete;

    void read(domain::ShardCounters&) const override;
    bool holds(const domain::CacheStamp&) const override;
    void bump(const domain::Invalidations&) override;
    bool isAlone() const override;
    std::chrono::milliseconds lapsedFor() const override;
    std::optional<domain::SegmentId> segment() const override;

    // These are only for the poller.
    void bumpAll();               // bumps every shard: no earlier stamp holds any more
    void lower();                 // ends the lease: no stamp holds until the next lease
    void lease(Moment end);       // stamps may hold until `end`; to be called after all known changes were bumped
    void aloneUntil(Moment end);  // until then this host is the only one; a past time: other hosts may be there

private:
    struct Layout;
    Layout* layout_;
    const Moment mappedAt_ = now();
};

}  // namespace claviger::persistence

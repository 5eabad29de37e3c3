#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

#include "domain/base/id.h"
#include "domain/fence/invalidations.h"

namespace claviger::domain {

// A segment is the shared memory of one host: the counters and the lease, for all its processes. It survives a reload.
// The poller is one process of the host. Every 100 ms it reads the epochs, the database's counters of changes per
// shard. The table `nodes` has a row for each host that caches.
using SegmentId = Id<struct SegmentKind>;

// The invalidation counter of one shard on this host: how often the shard has been bumped.
using ShardCounter = std::uint32_t;

// The counters of all shards.
using ShardCounters = std::array<ShardCounter, kShards>;

// The validity of one reading of the poller, counted from before its query. A reading of the epochs grants the cache
// lease, except the first on a connection. A reading of `nodes` without other hosts lets this host treat itself as the
// only one.
constexpr std::chrono::milliseconds kLease{400};
// How long a change of a shard waits after its commit before it is acknowledged, unless no other host caches: by then
// every other host has read its epoch or has lost its lease. A host that registers waits as long before it caches, so
// that no other host still treats itself as the only one. The difference to kLease covers clocks that differ in rate.
constexpr std::chrono::milliseconds kAcknowledgementDelay{500};

// A shard that a cached result depends on, with its counter from before the query.
struct StampPart {
    Shard shard;
    ShardCounter counter;
};

// The stamp of a cached entry: the shards that a result depends on. The entry of an active key depends on the key, its
// user and its tenant, that of a dead key on the key. A session's depends on the session, its user and its tenant, a
// tenant's on the tenant. Holds at most kMost shards; the constructor throws std::out_of_range for more.
class CacheStamp {
public:
    static constexpr std::size_t kMost = 3;

    CacheStamp(const ShardCounters& before, std::initializer_list<Shard> shards) {
        for (const auto shard : shards) shards_.at(count_++) = {shard, before[indexOf(shard)]};
    }

    const StampPart* begin() const { return shards_.data(); }
    const StampPart* end() const { return shards_.data() + count_; }

private:
    std::array<StampPart, kMost> shards_{};
    std::uint8_t count_ = 0;
};

// The freshness fence of this host: decides whether a cached result is still valid. To cache a result: read() the
// counters, query the database, and keep the result with a CacheStamp of these counters. To use it later: only if
// holds() returns true for that stamp. README.md has the proof that no cached result is used after a change to it was
// acknowledged. Thread-safe. No method blocks or queries the database.
class Fence {
public:
    virtual ~Fence() = default;

    // Copies the current counters. Call this before the query whose result is to be cached.
    virtual void read(ShardCounters&) const = 0;

    // Whether the lease is valid and no shard of the stamp was bumped since its counters were read. If true, no
    // change that was acknowledged before this call concerns the cached result. A result that depends on more than
    // CacheStamp::kMost shards keeps its parts itself.
    virtual bool holds(std::span<const StampPart> stamp) const = 0;

    // Bumps the shards of the changes on this host. Call this after the changes were committed, or may have been, and
    // before they are acknowledged.
    virtual void bump(const Invalidations&) = 0;

    // Whether this is the only host that caches: no other host uses an entry that it cached before this call. A change
    // that was committed before need not wait then. Returns false if that is unknown, and always without a segment.
    virtual bool isAlone() const = 0;

    // Returns the time since the lease lapsed, or since this object was made if that is later. 0 while the lease is
    // valid, and without a segment. A lease that was ended early counts as lapsed 400 ms ago.
    virtual std::chrono::milliseconds lapsedFor() const = 0;

    // Returns the id of the segment that this process maps. nullopt if it maps none; then holds() is always false.
    virtual std::optional<SegmentId> segment() const = 0;
};

// The fence of a process that caches nothing and maps no segment. Its isAlone() is always false, but that does not make
// each change wait: such a process reads `nodes` after its commit (README.md).
class NoFence final : public Fence {
public:
    void read(ShardCounters& counters) const override { counters = {}; }
    bool holds(std::span<const StampPart>) const override { return false; }
    void bump(const Invalidations&) override {}
    bool isAlone() const override { return false; }
    std::chrono::milliseconds lapsedFor() const override { return std::chrono::milliseconds{0}; }
    std::optional<SegmentId> segment() const override { return std::nullopt; }
};

}  // namespace claviger::domain

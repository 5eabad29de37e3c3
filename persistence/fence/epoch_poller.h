#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "domain/base/fault_report.h"
#include "domain/ports/control/tenant_archive.h"
#include "persistence/connection/connections.h"
#include "persistence/fence/poller_claim.h"
#include "persistence/fence/shared_fence.h"

namespace claviger::persistence {

// The epoch poller of one host, which writes its segment's lease. It runs in a process of its own, which the master
// starts. It claims the segment first. After that it works in rounds. Each begins 100 ms after the end of the last one.
// A round reads the epochs, bumps the changed shards and then renews the lease. The lease counts from the beginning of
// the round. Last, the round reads the rows of `nodes`. If they show no other host, this host is the only one, for
// 400 ms from the beginning of the round.
//
// Once a second, a round first renews this host's row, and deletes the rows of other hosts that were not renewed for a
// minute.
//
// On each new connection it begins anew. It claims the segment, ends the lease and checks the peppers. It commits this
// host's row of `nodes` and waits half a second. Then it reads the epochs and bumps every shard. The first round
// follows at once and grants the first lease. It also begins anew if a renewal finds the row deleted, or if the last
// renewal began over 10 s ago.
//
// At a reload the next poller takes over while this one is at work: nothing that is cached becomes invalid.
//
// While it does not run, or the database does not answer, the lease lapses, and every lookup goes to the database. For
// one thread. A segment has one poller that has claimed it (PollerClaim). A poller that has lost its claim ends its
// round or its beginning, and then waits until it is stopped. A lease that it grants in that round counts from before
// the loss.
class EpochPoller {
public:
    // Reports each exception as a failure, and each lease as a success. `peppers` are this host's. If the database is
    // used with another pepper of one of these versions, that is a failure too. Then the host does not register and
    // gets no lease: it would refuse the keys of the others. References must outlive this.
    EpochPoller(Connections&, SharedFence&, domain::PepperFingerprints peppers, domain::FaultReport&);

    // Waits that long and returns true. Returns false, at once, if the poller is to stop. Must not throw.
    using Pause = std::function<bool(std::chrono::milliseconds)>;

    // Takes over from the poller that has claimed the segment. That poller must be at work on the same server. It must
    // grant a lease within two seconds after this poller's first reading, from a round that began after that reading.
    // If it does not, run() begins anew; this host's peppers may be recorded by then. If no poller has claimed the
    // segment, does nothing and returns true. Returns false if a pause has returned false: then do not run(). To be
    // called at most once, before run(). Throws nothing.
    bool takeOver(const Pause&);

    // Blocks until the pause returns false. Tries again 200 ms after each failure, on a fresh connection. At the end it
    // gives its claim up, ends the lease and deletes this host's row of `nodes`. Before the deletion it may wait up to
    // 400 ms. If the deletion fails, other pollers delete the row after a minute. If another poller has claimed the
    // segment, it leaves the lease and the row to that one. Throws nothing.
    void run(const Pause&);

    // How often this poller has begun anew so far: each time the server behind its connection may be another one.
    // Thread-safe.
    std::uint64_t begun() const { return begun_.load(); }

private:
    using Epochs = std::vector<std::int64_t>;

    Connection& connection() { return **connection_; }
    bool begin(const Pause&);
    bool poll(const Pause&);
    bool succeed(PollerToken predecessor, const Pause&);
    bool awaitLease(PollerToken of, SharedFence::Moment after, const Pause&) const;
    bool renew();
    Epochs readEpochs();
    void grantLease(Epochs, SharedFence::Moment askedAt);
    void readSegments(SharedFence::Moment askedAt);
    void leave() noexcept;
    void outlastEarlierLeases() const;

    Connections& connections_;
    SharedFence& fence_;
    const domain::PepperFingerprints peppers_;
    domain::FaultReport& faults_;
    PollerClaim claim_;
    std::atomic<std::uint64_t> begun_ = 0;
    std::optional<Connections::Lease> connection_;  // nullopt before the first, and after one was lost
    Epochs epochs_;                                 // of the last reading on this connection, by shard
    SharedFence::Moment claimedAt_{0};              // when this poller last claimed the segment
    SharedFence::Moment renewedAt_{0};              // when the last renewal of this host's row began
};

}  // namespace claviger::persistence

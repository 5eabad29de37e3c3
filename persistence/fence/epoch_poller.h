#pragma once

#include <chrono>
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
// starts. It claims the segment first. 100 ms after each round it reads the epochs and the rows of `nodes`, bumps the
// changed shards and renews the lease. The lease counts from before the reading.
//
// On each new connection it begins anew. It claims the segment, ends the lease, checks the peppers, commits this host's
// row of `nodes`, waits half a second, reads the epochs and bumps every shard. The next reading grants the first lease.
// It also begins anew if the row was deleted, or if its last renewal began over 10 s ago. It renews the row each
// second, and deletes the rows of other hosts that were not renewed for a minute.
//
// At a reload the next poller takes over while this one is at work: nothing that is cached becomes invalid.
//
// While it does not run, or the database does not answer, the lease lapses, and every lookup goes to the database. For
// one thread. A segment has one poller that has claimed it (PollerClaim). Another one waits until it is stopped.
class EpochPoller {
public:
    // Reports each exception as a failure, and each lease as a success. `peppers` are this host's. If the database is
    // used with another pepper of one of these versions, that is a failure too. Then the host does not register and
    // gets no lease: it would refuse the keys of the others. References must outlive this.
    EpochPoller(Connections&, SharedFence&, domain::PepperFingerprints peppers, domain::FaultReport&);

    // Waits that long and returns true. Returns false, at once, if the poller is to stop. Must not throw.
    using Pause = std::function<bool(std::chrono::milliseconds)>;

    // Takes over from the poller that has claimed the segment. It must be at work on the same server, and grant a lease
    // within two seconds after this poller's first reading. If it does not, run() begins anew; this host's peppers may
    // be recorded by then. Returns false if a pause has returned false: then do not run(). To be called at most once,
    // before run(). Throws nothing.
    bool takeOver(const Pause&);

    // Blocks until the pause returns false. Tries again 200 ms after each failure, on a fresh connection. At the end it
    // ends the lease and deletes this host's row of `nodes`; if that fails, other pollers delete the row after a
    // minute. Throws nothing.
    void run(const Pause&);

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
    std::optional<Connections::Lease> connection_;  // nullopt before the first, and after one was lost
    Epochs epochs_;                                 // of the last reading on this connection, by shard
    SharedFence::Moment claimedAt_{0};              // when this poller last claimed the segment
    SharedFence::Moment renewedAt_{0};              // when the last renewal of this host's row began
};

}  // namespace claviger::persistence

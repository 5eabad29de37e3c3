#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "domain/base/fault_report.h"
#include "domain/ports/control/tenant_archive.h"
#include "persistence/connection/connections.h"
#include "persistence/fence/shared_fence.h"

namespace claviger::persistence {

// The epoch poller of one host, and the only writer of its segment's lease. Every 100 ms it reads the epochs and the
// hosts from the database, bumps the changed shards and renews the lease. On each new connection it first registers
// this host and waits half a second. While it does not run, or the database does not answer, the lease lapses, and
// every lookup goes to the database. For one thread. A segment must have at most one running poller.
class EpochPoller {
public:
    // Reports each fault that lets the lease lapse as a failure, and each lease as a success. `peppers` are this
    // host's. If the database is used with another pepper of one of these versions, that is such a fault, and the host
    // registers nothing: it would refuse the keys of the others. References must outlive this.
    EpochPoller(Connections&, SharedFence&, domain::PepperFingerprints peppers, domain::FaultReport&);

    // Waits that long. Returns false if the poller is to stop. Must not throw.
    using Pause = std::function<bool(std::chrono::milliseconds)>;

    // Blocks until the pause returns false. Then ends the lease and deletes this host's row of `nodes`. Throws nothing;
    // faults are reported.
    void run(const Pause&);

private:
    using Epochs = std::vector<std::int64_t>;

    void poll(Connection&, const Pause&, bool& stopped);
    bool begin(Connection&, const Pause&);
    bool renew(Connection&);
    void readEpochs(Connection&, SharedFence::Moment askedAt);
    void readSegments(Connection&, SharedFence::Moment askedAt);
    void leave() noexcept;

    Connections& connections_;
    SharedFence& fence_;
    const domain::PepperFingerprints peppers_;
    domain::FaultReport& faults_;
    Epochs epochs_;                     // of the last reading, by shard; empty before the first on a connection
    SharedFence::Moment renewedAt_{0};  // when the last renewal of this host's row began
};

}  // namespace claviger::persistence

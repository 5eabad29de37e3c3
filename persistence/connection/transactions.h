#pragma once

#include <functional>
#include <optional>

#include "domain/fence/effective_at.h"
#include "domain/fence/fence.h"
#include "persistence/connection/connections.h"

namespace claviger::persistence {

enum class Ending { kCommit, kRollback };

// Runs transactions, and publishes the revocations in them (domain/fence/README.md). It bumps epochs within the
// transaction for all hosts, and the counters of this host's segment right after it. Thread-safe.
class Transactions {
public:
    Transactions(Connections& connections, domain::Fence& fence)  // references must outlive this
        : connections_(connections), fence_(fence) {}

    // `work` adds the shard of everything that it changes and that a cache holds: a revocation state, a list of keys, a
    // tenant's name or schema. It may run several times, so it must have no effect outside its connection. It must not
    // commit or roll back itself.
    using Work = std::function<Ending(Connection&, domain::Invalidations&)>;

    // Runs `work` in one transaction on the calling thread, with the role if one is given. Rolls back if `work` throws
    // or returns kRollback, and in a dry run. After Deadlock it makes another attempt from the start, three attempts in
    // all. An attempt runs `work` once more on a fresh connection if a kept one was lost before its first answer. It
    // does not if the full time-out (connections.h) has passed. If `work` only deferred statements, COMMIT is in the
    // first message: such a loss is OutcomeUnknown, and `work` does not run again. Without a role the connection keeps
    // that of its last loan.
    //
    // Returns the moment at which every host acts on the changes, and does not wait for it. The caller must not
    // acknowledge the changes before. kEffectiveNow: `work` added no shard, the transaction was rolled back, or no
    // other host caches. Fence::isAlone() shows the last. A process without a segment reads `nodes` after COMMIT
    // instead, and waits if it has a row or the query fails.
    //
    // Throws domain::OutcomeUnknown as Connection::commit does; this host's counters are bumped then as well. There is
    // no moment to wait for then: report the failure, and acknowledge nothing. Throws domain::StorageUnavailable
    // otherwise: nothing was stored. After the third Deadlock it is domain::TransactionLost. Also throws what `work`
    // throws, and DatabaseError for a deferred statement that fails; then nothing was stored either.
    domain::EffectiveAt run(const std::optional<Identifier>& role, const Work& work);

private:
    domain::EffectiveAt runOnce(const std::optional<Identifier>& role, const Work& work);
    domain::EffectiveAt runOn(Connection&, const std::optional<Identifier>& role, const Work& work);
    domain::EffectiveAt conclude(Connection&, const domain::Invalidations&);

    Connections& connections_;
    domain::Fence& fence_;
};

}  // namespace claviger::persistence

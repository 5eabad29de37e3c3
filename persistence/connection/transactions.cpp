#include "persistence/connection/transactions.h"

#include <sched.h>

#include "domain/base/contention.h"
#include "persistence/connection/errors.h"

namespace claviger::persistence {
namespace {

constexpr Sql kBump = "UPDATE claviger.revocation_epochs SET epoch = epoch + 1 WHERE slot = ?";
constexpr Sql kBumpList = "UPDATE claviger.list_epochs SET epoch = epoch + 1 WHERE slot = ?";
constexpr Sql kNodes = "SELECT 1 FROM claviger.nodes LIMIT 1";

constexpr int kAttempts = 3;

void rollBack(Connection& connection) noexcept {
    try {
        if (connection.alive()) connection.rollBack();
    } catch (const std::exception&) {
        connection.abandon();  // the server rolls back when the connection closes
    }
}

// For its lifetime the calling thread runs under SCHED_BATCH: it preempts no other thread when it wakes. Reason: the
// server answers each statement of a message on its own. The thread that waits for the last answer would wake at each
// one, and would preempt the server. Where a sandbox forbids the policy, transactions cost more. If the process has
// another policy than SCHED_OTHER at the first use, that policy stays.
class PatientThread {
public:
    PatientThread() { schedule(SCHED_BATCH); }
    PatientThread(const PatientThread&) = delete;
    PatientThread& operator=(const PatientThread&) = delete;
    ~PatientThread() { schedule(SCHED_OTHER); }

private:
    static void schedule(int policy) noexcept {
        static const bool chosen = ::sched_getscheduler(0) != SCHED_OTHER;
        const sched_param none{};
        if (!chosen) ::sched_setscheduler(0, policy, &none);
    }
};

// These are the last statements before COMMIT, since from here on all transactions that bump the same shard wait for
// each other. The pollers check that each shard has its row. Without it, no host caches anything.
void raiseEpochs(Connection& connection, const domain::Invalidations& changes) {
    for (const auto shard : changes)
        connection.executeLater(isOfLists(shard) ? kBumpList : kBump, {static_cast<std::int64_t>(indexOf(shard))});
}

}  // namespace

domain::EffectiveAt Transactions::run(const std::optional<Identifier>& role, const Work& work) {
    for (int attempt = 1;; ++attempt) {
        try {
            return runOnce(role, work);
        } catch (const Deadlock& lost) {
            if (attempt == kAttempts)
                throw domain::TransactionLost(std::string("given up after three attempts: ") + lost.what());
        }
    }
}

// A kept connection that is lost before its first answer has stored nothing, so `work` may begin again on a fresh one.
domain::EffectiveAt Transactions::runOnce(const std::optional<Identifier>& role, const Work& work) {
    {
        const auto lease = connections_.borrow();
        const auto answersBefore = lease->answers();
        try {
            return runOn(*lease, role, work);
        } catch (const ConnectionLost&) {
            if (!lease.diedUnseen() || lease->answers() != answersBefore) throw;
        }
    }
    const auto lease = connections_.borrowFresh();
    return runOn(*lease, role, work);
}

domain::EffectiveAt Transactions::runOn(Connection& connection, const std::optional<Identifier>& role,
                                        const Work& work) {
    domain::Invalidations changes;
    const PatientThread patient;
    try {
        if (role) connection.takeRole(*role);
        connection.begin();
        const auto ending = work(connection, changes);
        if (ending == Ending::kCommit && connections_.rehearses()) connection.sendDeferred();
        if (ending == Ending::kRollback || connections_.rehearses()) {
            rollBack(connection);
            return domain::kEffectiveNow;
        }
        raiseEpochs(connection, changes);
        return conclude(connection, changes);
    } catch (const domain::OutcomeUnknown&) {
        fence_.bump(changes);
        throw;
    } catch (...) {
        rollBack(connection);
        throw;
    }
}

// Looks for other hosts after the commit. A host that registers later reads epochs that include this change. A process
// with a segment reads it from there, without a query; a process without one queries `nodes`. If the result is not
// known, another host may have cached the earlier state.
domain::EffectiveAt Transactions::conclude(Connection& connection, const domain::Invalidations& changes) {
    if (changes.empty()) {
        connection.commit();
        return domain::kEffectiveNow;
    }
    using Answered = Connection::Answered;
    const auto answered = changes.size() > 1 ? Answered::kEach : Answered::kTogether;  // each may wait for its row
    std::optional<Rows> segments;
    if (fence_.segment())
        connection.commit(answered);
    else
        segments = connection.commitAndQuery(kNodes, answered);
    const auto committed = std::chrono::steady_clock::now();
    fence_.bump(changes);
    const bool alone = fence_.isAlone() || (segments && segments->empty());
    return alone ? domain::kEffectiveNow : committed + domain::kAcknowledgementDelay;
}

}  // namespace claviger::persistence

#include "persistence/connection/transactions.h"

#include <sched.h>

#include "domain/base/contention.h"
#include "persistence/connection/errors.h"

namespace claviger::persistence {
namespace {

constexpr Sql kRaise = "UPDATE claviger.revocation_epochs SET epoch = epoch + 1 WHERE slot = ?";
constexpr Sql kBoards = "SELECT 1 FROM claviger.nodes LIMIT 1";

constexpr int kAttempts = 3;

void rollBack(Connection& connection) noexcept {
    try {
        if (connection.alive()) connection.rollBack();
    } catch (const std::exception&) {
        connection.abandon();  // the server rolls back when the connection is gone
    }
}

// While it lives, the thread that made it pushes nobody off a processor when it wakes. The server answers each
// statement of a message by itself, and woken by each, who waits for the last one would keep it from going on. Where a
// sandbox forbids it, transactions cost more. A policy that somebody has chosen for the process stays.
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

// The last statements before COMMIT, since all who change somebody of the same slot wait for each other from here on.
// That there is a row for each slot is the feeders' to see: without one, no host remembers anything.
void raiseEpochs(Connection& connection, const domain::StandingChanges& changes) {
    for (const auto slot : changes) connection.executeLater(kRaise, {static_cast<std::int64_t>(indexOf(slot))});
}

}  // namespace

domain::SettledAt Transactions::run(const std::optional<Identifier>& role, const Work& work) {
    for (int attempt = 1;; ++attempt) {
        try {
            return runOnce(role, work);
        } catch (const Deadlock& lost) {
            if (attempt == kAttempts)
                throw domain::TransactionLost(std::string("given up after three attempts: ") + lost.what());
        }
    }
}

// A kept connection that dies before it answers has done nothing yet, so a fresh one may begin anew.
domain::SettledAt Transactions::runOnce(const std::optional<Identifier>& role, const Work& work) {
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

domain::SettledAt Transactions::runOn(Connection& connection, const std::optional<Identifier>& role, const Work& work) {
    domain::StandingChanges changes;
    const PatientThread patient;
    try {
        if (role) connection.takeRole(*role);
        connection.begin();
        if (work(connection, changes) == Ending::kRollback || connections_.rehearses()) {
            rollBack(connection);
            return domain::kSettled;
        }
        raiseEpochs(connection, changes);
        return conclude(connection, changes);
    } catch (const domain::OutcomeUnknown&) {
        fence_.raise(changes);
        throw;
    } catch (...) {
        rollBack(connection);
        throw;
    }
}

// Whether there are other hosts is found out after the commit: one that registers later reads epochs that hold this
// change already. The board of this host tells without a question; a process without a board asks. Who cannot find out
// assumes that another host may remember what was true before.
domain::SettledAt Transactions::conclude(Connection& connection, const domain::StandingChanges& changes) {
    if (changes.empty()) {
        connection.commit();
        return domain::kSettled;
    }
    using Answered = Connection::Answered;
    const auto answered = changes.size() > 1 ? Answered::kEach : Answered::kTogether;  // each may wait for its row
    std::optional<Rows> boards;
    if (fence_.board())
        connection.commit(answered);
    else
        boards = connection.commitAndQuery(kBoards, answered);
    const auto committed = std::chrono::steady_clock::now();
    fence_.raise(changes);
    const bool alone = fence_.isAlone() || (boards && boards->empty());
    return alone ? domain::kSettled : committed + domain::kSettlingTime;
}

}  // namespace claviger::persistence

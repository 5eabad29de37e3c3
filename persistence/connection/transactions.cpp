#include "persistence/connection/transactions.h"

#include "persistence/connection/errors.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

constexpr Sql kStart = "START TRANSACTION";
constexpr Sql kRaise = "UPDATE claviger.revocation_epochs SET epoch = epoch + 1 WHERE slot = ?";
constexpr Sql kCommit = "COMMIT";
constexpr Sql kRollback = "ROLLBACK";
constexpr Sql kOtherBoards = "SELECT 1 FROM claviger.nodes WHERE board_id <> ? LIMIT 1";

constexpr int kAttempts = 3;

void start(Connection& connection, const std::optional<Identifier>& role) {
    if (role) connection.takeRole(*role);
    connection.execute(kStart);
}

// Nothing has been done yet on a kept connection that turns out dead, so a fresh one may begin anew.
Connections::Lease started(Connections& connections, const std::optional<Identifier>& role) {
    {
        auto lease = connections.borrow();
        try {
            start(*lease, role);
            return lease;
        } catch (const ConnectionLost&) {
            if (!lease.kept()) throw;
        }
    }
    auto lease = connections.borrowFresh();
    start(*lease, role);
    return lease;
}

void rollBack(Connection& connection) noexcept {
    try {
        if (connection.alive()) connection.execute(kRollback);
    } catch (const std::exception&) {
        connection.abandon();  // the server rolls back when the connection is gone
    }
}

// The last statements before COMMIT, since all who change somebody of the same slot wait for each other from here on.
void raiseEpochs(Connection& connection, const domain::StandingChanges& changes) {
    for (const auto slot : changes) {
        if (connection.execute(kRaise, {static_cast<std::int64_t>(indexOf(slot))}) != 1)
            throw std::logic_error("revocation_epochs lacks a slot: run claviger migrate");
    }
}

void commit(Connection& connection) {
    try {
        connection.execute(kCommit);
    } catch (const Deadlock&) {
        throw;  // certainly not committed
    } catch (const std::exception& failure) {
        connection.abandon();
        throw domain::OutcomeUnknown(std::string("at COMMIT: ") + failure.what());
    }
}

// Whether any host but this one may remember what was true before. Who cannot find out assumes so.
bool othersMayRemember(Connection& connection, const std::optional<domain::BoardId>& own) {
    try {
        return !connection.query(kOtherBoards, {own ? bytesOf(*own) : Value(Bytes{})}).empty();
    } catch (const std::exception&) {
        return true;
    }
}

}  // namespace

domain::SettledAt Transactions::run(const std::optional<Identifier>& role, const Work& work) {
    for (int attempt = 1;; ++attempt) {
        try {
            return runOnce(role, work);
        } catch (const Deadlock& lost) {
            if (attempt == kAttempts)
                throw domain::StorageUnavailable(std::string("given up after three attempts: ") + lost.what());
        }
    }
}

domain::SettledAt Transactions::runOnce(const std::optional<Identifier>& role, const Work& work) {
    const auto lease = started(connections_, role);
    domain::StandingChanges changes;
    try {
        if (work(*lease, changes) == Ending::kRollback || connections_.rehearses()) {
            rollBack(*lease);
            return domain::kSettled;
        }
        raiseEpochs(*lease, changes);
    } catch (...) {
        rollBack(*lease);
        throw;
    }
    return conclude(*lease, changes);
}

// The nodes are read after the commit: a host that registers later reads epochs that hold this change already.
domain::SettledAt Transactions::conclude(Connection& connection, const domain::StandingChanges& changes) {
    try {
        commit(connection);
    } catch (const domain::OutcomeUnknown&) {
        fence_.raise(changes);
        throw;
    } catch (...) {
        rollBack(connection);
        throw;
    }
    if (changes.empty()) return domain::kSettled;
    const auto committed = std::chrono::steady_clock::now();
    fence_.raise(changes);
    return othersMayRemember(connection, fence_.board()) ? committed + domain::kSettlingTime : domain::kSettled;
}

}  // namespace claviger::persistence

#include "persistence/connection/transaction.h"

#include "persistence/connection/errors.h"

namespace claviger::persistence {
namespace {

constexpr Sql kStart = "START TRANSACTION";
constexpr Sql kCommit = "COMMIT";
constexpr Sql kRollback = "ROLLBACK";

constexpr int kAttempts = 3;

void takeRole(Connection& connection, const std::optional<Identifier>& role) {
    if (role) connection.takeRole(*role);
}

void start(Connection& connection, const std::optional<Identifier>& role) {
    takeRole(connection, role);
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

void runOnce(Connections& connections, const std::optional<Identifier>& role,
             const std::function<Ending(Connection&)>& work) {
    const auto lease = started(connections, role);
    try {
        if (work(*lease) == Ending::kCommit)
            commit(*lease);
        else
            rollBack(*lease);
    } catch (...) {
        rollBack(*lease);
        throw;
    }
}

}  // namespace

void runInTransaction(Connections& connections, const std::optional<Identifier>& role,
                      const std::function<Ending(Connection&)>& work) {
    for (int attempt = 1;; ++attempt) {
        try {
            return runOnce(connections, role, work);
        } catch (const Deadlock& lost) {
            if (attempt == kAttempts)
                throw domain::StorageUnavailable(std::string("given up after three attempts: ") + lost.what());
        }
    }
}

void runReading(Connections& connections, const std::optional<Identifier>& role,
                const std::function<void(Connection&)>& work) {
    {
        const auto lease = connections.borrow();
        try {
            takeRole(*lease, role);
            return work(*lease);
        } catch (const ConnectionLost&) {
            if (!lease.kept()) throw;
        }
    }
    const auto lease = connections.borrowFresh();
    takeRole(*lease, role);
    work(*lease);
}

}  // namespace claviger::persistence

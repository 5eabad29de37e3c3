#include "persistence/connection/reading.h"

#include "persistence/connection/errors.h"

namespace claviger::persistence {
namespace {

using Work = std::function<void(Connection&)>;

constexpr int kAttempts = 3;

void runOn(Connection& connection, const std::optional<Identifier>& role, const Work& work) {
    if (role) connection.takeRole(*role);
    work(connection);
}

void runOnce(Connections& connections, const std::optional<Identifier>& role, const Work& work) {
    {
        const auto lease = connections.borrow();
        try {
            return runOn(*lease, role, work);
        } catch (const ConnectionLost&) {
            if (!lease.diedUnseen()) throw;
        }
    }
    const auto lease = connections.borrowFresh();
    runOn(*lease, role, work);
}

}  // namespace

// A read fails with Deadlock if a schema change of its table (DDL) or a change of the cluster comes in between.
void runReading(Connections& connections, const std::optional<Identifier>& role, const Work& work) {
    for (int attempt = 1;; ++attempt) {
        try {
            return runOnce(connections, role, work);
        } catch (const Deadlock& lost) {
            if (attempt == kAttempts)
                throw domain::StorageUnavailable(std::string("given up after three attempts: ") + lost.what());
        }
    }
}

}  // namespace claviger::persistence

#include "persistence/connection/reading.h"

#include "persistence/connection/errors.h"

namespace claviger::persistence {
namespace {

void runOnce(Connection& connection, const std::optional<Identifier>& role,
             const std::function<void(Connection&)>& work) {
    if (role) connection.takeRole(*role);
    work(connection);
}

}  // namespace

void runReading(Connections& connections, const std::optional<Identifier>& role,
                const std::function<void(Connection&)>& work) {
    {
        const auto lease = connections.borrow();
        try {
            return runOnce(*lease, role, work);
        } catch (const ConnectionLost&) {
            if (!lease.diedUnseen()) throw;
        }
    }
    const auto lease = connections.borrowFresh();
    runOnce(*lease, role, work);
}

}  // namespace claviger::persistence

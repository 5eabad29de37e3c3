#pragma once

#include <functional>
#include <optional>

#include "domain/fence/fence.h"
#include "domain/fence/settling.h"
#include "persistence/connection/connections.h"

namespace claviger::persistence {

enum class Ending { kCommit, kRollback };

// Runs transactions, and makes known what they change in anybody's standing: to all hosts by an epoch raised within the
// transaction, to this host's board right after it. Thread-safe.
class Transactions {
public:
    Transactions(Connections& connections, domain::Fence& fence)  // references must outlive this
        : connections_(connections), fence_(fence) {}

    // `work` adds to the changes whoever's standing it changes, and does nothing outside its connection.
    using Work = std::function<Ending(Connection&, domain::StandingChanges&)>;

    // Runs `work` in one transaction, with the role if there is one; rolled back if it throws. Runs it again from the
    // start, three times in all, where the server says that it lost against another transaction. Returns when its
    // changes have settled: nobody may be told of them before.
    //
    // Throws domain::StorageUnavailable (nothing was stored) or domain::OutcomeUnknown (the connection was lost at
    // COMMIT), and whatever `work` throws.
    domain::SettledAt run(const std::optional<Identifier>& role, const Work& work);

private:
    domain::SettledAt runOnce(const std::optional<Identifier>& role, const Work& work);
    domain::SettledAt runOn(Connection&, const std::optional<Identifier>& role, const Work& work);
    domain::SettledAt conclude(Connection&, const domain::StandingChanges&);

    Connections& connections_;
    domain::Fence& fence_;
};

}  // namespace claviger::persistence

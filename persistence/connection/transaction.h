#pragma once

#include <functional>
#include <optional>

#include "persistence/connection/connections.h"

namespace claviger::persistence {

enum class Ending { kCommit, kRollback };

// Runs `work` in one transaction, with the role if there is one; rolled back if it throws. Runs it again from the
// start, three times in all, where the server says that it lost against another transaction.
//
// Throws domain::StorageUnavailable (nothing was stored) or domain::OutcomeUnknown (the connection was lost at
// COMMIT), and whatever `work` throws.
void runInTransaction(Connections&, const std::optional<Identifier>& role,
                      const std::function<Ending(Connection&)>& work);

// Runs `work`, which only reads, outside any transaction; once more if a kept connection turns out dead.
void runReading(Connections&, const std::optional<Identifier>& role, const std::function<void(Connection&)>& work);

}  // namespace claviger::persistence

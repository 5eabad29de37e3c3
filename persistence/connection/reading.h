#pragma once

#include <functional>
#include <optional>

#include "persistence/connection/connections.h"

namespace claviger::persistence {

// Runs `work`, which only reads, outside any transaction, with the role if there is one; once more if a kept connection
// turns out dead, and three times in all where the server could not read now. Throws domain::StorageUnavailable, and
// whatever `work` throws.
void runReading(Connections&, const std::optional<Identifier>& role, const std::function<void(Connection&)>& work);

}  // namespace claviger::persistence

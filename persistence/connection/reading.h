#pragma once

#include <functional>
#include <optional>

#include "persistence/connection/connections.h"

namespace claviger::persistence {

// Runs `work`, which only reads, outside any transaction and with the role if one is given. It runs on the calling
// thread. After Deadlock there is another attempt, three attempts in all. An attempt runs `work` once more on a fresh
// connection if a kept one is lost before the full time-out (connections.h) has passed. So `work` must be repeatable.
// Without a role the connection keeps that of its last loan.
//
// Throws domain::StorageUnavailable, also after the third Deadlock, and any other exception of `work`. Thread-safe.
void runReading(Connections&, const std::optional<Identifier>& role, const std::function<void(Connection&)>& work);

}  // namespace claviger::persistence

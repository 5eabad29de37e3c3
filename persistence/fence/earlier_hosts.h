#pragma once

#include <cstddef>

#include "persistence/connection/connection.h"

namespace claviger::persistence {

// Returns the number of hosts whose workers are of an earlier release: they take the former role of a tenant and cannot
// open a sealed password. Their pollers leave nodes.opens_seals at 0. Rows that were not renewed for a minute do not
// count. Throws what Connection::query throws.
std::size_t earlierHosts(Connection&);

}  // namespace claviger::persistence

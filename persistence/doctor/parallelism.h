#pragma once

namespace claviger::persistence {

// How many tenants are checked at a time, each on a connection of its own. As many as `apply` makes at a time.
constexpr unsigned kTenantsAtATime = 4;

}  // namespace claviger::persistence

#pragma once

#include <array>

#include "persistence/connection/sql.h"

namespace claviger::persistence {

// What the workers may do with the control schema: find tenants, and tell each other what has changed.
constexpr std::array<Sql, 5> kWorkerGrants = {
    "GRANT SELECT ON claviger.tenants TO {worker}",
    "GRANT SELECT ON claviger.tenant_hosts TO {worker}",
    "GRANT SELECT, UPDATE ON claviger.revocation_epochs TO {worker}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON claviger.nodes TO {worker}",
    "GRANT INSERT ON claviger.dead_keys TO {worker}",
};

// What a tenant's role may do. It deletes rows of the throttle and known devices only: keys, sessions and audit rows
// are kept. Statements of mysql_login_attempts.cpp and mysql_known_devices.cpp need the two rights to delete.
constexpr std::array<Sql, 3> kRoleGrants = {
    "GRANT SELECT, INSERT, UPDATE ON {schemaInGrant}.* TO {role}",
    "GRANT DELETE ON {schema}.login_attempts TO {role}",
    "GRANT DELETE ON {schema}.known_devices TO {role}",
};

}  // namespace claviger::persistence

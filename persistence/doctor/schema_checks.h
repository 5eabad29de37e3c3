#pragma once

#include <vector>

#include "domain/configuration/settings.h"
#include "domain/doctor/finding.h"
#include "domain/tenants/tenant.h"
#include "persistence/connection/connections.h"

namespace claviger::persistence {

// The control schema's version and history. kSerious where it is of no use as it is.
domain::Findings checkControl(const domain::Settings&, Connections& tool);

// Those of the tenants: who is behind, who was never finished, whose history does not fit the files.
domain::Findings checkTenantSchemas(const domain::Settings&, Connections& tool, const std::vector<domain::Tenant>&);

}  // namespace claviger::persistence

#pragma once

#include <vector>

#include "domain/configuration/settings.h"
#include "domain/doctor/finding.h"
#include "domain/model/tenant.h"
#include "persistence/connection/connections.h"

namespace claviger::persistence {

// Checks the control schema's version and history. Returns one finding: kSerious if this release cannot use the schema.
// Throws domain::StorageUnavailable.
domain::Findings checkControl(const domain::Settings&, Connections& tool);

// Checks the tenants' schemas. Finds tenants that are behind, tenants whose creation, import or drop was not finished,
// and histories that do not fit the files. Returns no finding without tenants. Throws domain::StorageUnavailable.
domain::Findings checkTenantSchemas(const domain::Settings&, Connections& tool, const std::vector<domain::Tenant>&);

}  // namespace claviger::persistence

#pragma once

#include <vector>

#include "domain/doctor/finding.h"
#include "domain/tenants/tenant.h"
#include "persistence/connection/connection.h"

namespace claviger::persistence {

// What the account of the connection should be able to do, and nothing besides.
domain::Findings checkToolRights(Connection& tool);
domain::Findings checkWorkerRights(Connection& worker, const std::vector<domain::Tenant>&);
domain::Findings checkPruneRights(Connection& pruner, const std::vector<domain::Tenant>&);

// Each tenant's role, which the tool's account takes in turn. One finding for all that are as they should be.
domain::Findings checkRoles(Connection& tool, const std::vector<domain::Tenant>&);

}  // namespace claviger::persistence

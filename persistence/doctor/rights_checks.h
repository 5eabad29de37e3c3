#pragma once

#include <vector>

#include "domain/doctor/finding.h"
#include "domain/model/tenant.h"
#include "persistence/connection/connection.h"

namespace claviger::persistence {

// Each compares the rights of the connection's account with those that it needs. Returns one finding for missing rights
// and one for rights beyond, or one kGood. checkWorkerRights() also finds tenants whose role the workers may not take.
// They throw what Connection throws.
domain::Findings checkToolRights(Connection& tool);
domain::Findings checkWorkerRights(Connection& worker, const std::vector<domain::Tenant>&);

// The same for the account of `claviger prune`, which must have taken its role. mayPrune() takes the role. It returns
// false if the account may not.
bool mayPrune(Connection& pruner);
domain::Findings checkPruneRights(Connection& pruner, const std::vector<domain::Tenant>&);

// Checks the rights of each tenant's role; the tool's account takes one role after another. Returns one finding for all
// tenants. The connection keeps the last role.
domain::Findings checkRoles(Connection& tool, const std::vector<domain::Tenant>&);

}  // namespace claviger::persistence

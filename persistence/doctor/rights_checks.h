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

// Checks the rights of each tenant's role, and which accounts may take the roles. Returns one finding for all tenants,
// and one if other accounts may take roles. The rights are read from the server's tables at once. If the tool's account
// may not read them, one finding says so. Then the account takes one role after another, as it does for each role that
// is not as it should be. The connection keeps the last role. Throws what Connection throws.
domain::Findings checkRoles(Connection& tool, const std::string& workerUser, const std::vector<domain::Tenant>&);

}  // namespace claviger::persistence

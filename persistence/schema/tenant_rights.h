#pragma once

#include <set>
#include <vector>

#include "domain/model/tenant.h"
#include "persistence/connection/connection.h"

namespace claviger::persistence {

// Rights on one tenant's schema, given by the tool's account. Safe to run again. Each throws what Connection throws.

// Makes the tenant's role with its rights, and lets the workers' account take it. Statements are sent only for what is
// missing, since the server looks through the rights of all tenants for each.
//
// Workers of an earlier release take the former role. It is made only while such workers run. Where it is there, it
// gets the narrow rights before it loses the broad ones, so that running workers never lack one.
void grantToWorkers(Connection&, const domain::Tenant&, const Identifier& worker);

// Gives the role of `claviger prune` its rights on the tenant. The role must be there.
void grantPruning(Connection&, const domain::Tenant&);

// Returns those of the tenants on which the role lacks a right; all of them if the server does not show its rights.
// Sends two statements, however many tenants there are.
std::set<domain::TenantId> lackingPruning(Connection&, const std::vector<domain::Tenant>&);

// Takes the rights away from the role, and from the account, to which the previous release has granted them. Rights
// that are not there are no error.
void revokePruning(Connection&, const domain::Tenant&, const Identifier& pruner);

}  // namespace claviger::persistence

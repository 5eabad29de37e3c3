#pragma once

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

// Gives the account of `claviger prune` its rights.
void grantToPruner(Connection&, const domain::Tenant&, const Identifier& pruner);

// Takes them away. Rights that are not there are no error.
void revokeFromPruner(Connection&, const domain::Tenant&, const Identifier& pruner);

}  // namespace claviger::persistence

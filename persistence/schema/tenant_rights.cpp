#include "persistence/schema/tenant_rights.h"

#include "persistence/connection/errors.h"
#include "persistence/fence/earlier_hosts.h"
#include "persistence/schema/grants.h"
#include "persistence/schema/rights.h"

namespace claviger::persistence {
namespace {

constexpr Sql kShowRole = "SHOW GRANTS FOR CURRENT_ROLE";
constexpr Sql kCreateRole = "CREATE ROLE IF NOT EXISTS {role}";
constexpr Sql kGrantRole = "GRANT {role} TO {worker}";

constexpr Sql kCreateFormerRole = "CREATE ROLE IF NOT EXISTS {formerRole}";
constexpr Sql kGrantRoleToFormer = "GRANT {role} TO {formerRole}";
constexpr Sql kGrantFormerRole = "GRANT {formerRole} TO {worker}";

constexpr unsigned kNoSuchGrant = 1141;

Names namesOf(const domain::Tenant& tenant) {
    return {{"schema", Identifier::schema(tenant.schema)},
            {"schemaInGrant", Identifier::schemaInGrant(tenant.schema)},
            {"role", Identifier::role(tenant.id)},
            {"formerRole", Identifier::formerRole(tenant.id)}};
}

Names with(Names names, const char* name, const Identifier& account) {
    names.emplace_back(name, account);
    return names;
}

// The rights of a role. The server shows them only to a connection that has taken the role. None also where there is no
// such role, or the server does not show it.
Rights rightsOfRole(Connection& connection, const Identifier& role) {
    try {
        connection.takeRole(role);
        return rightsIn(connection.query(kShowRole).map([](const Row& row) { return row.text(0); }));
    } catch (const DatabaseError&) {
        return {};
    }
}

bool hasItsRights(Connection& connection, const domain::Tenant& tenant, const Names& names) {
    return lackOf(rightsOf(kRoleGrants, names), rightsOfRole(connection, Identifier::role(tenant.id))).empty();
}

Names pruneNamesOf(const domain::Tenant& tenant) {
    return {{"schema", Identifier::schema(tenant.schema)}, {"pruneRole", Identifier::pruneRole()}};
}

// False if there is no such role.
bool widenFormerRole(Connection& connection, const Names& names) {
    try {
        connection.execute(kGrantRoleToFormer, {}, names);
        return true;
    } catch (const DatabaseError&) {
        return false;
    }
}

void narrowFormerRole(Connection& connection, const Names& names) {
    for (const auto& statement : kFormerRoleRevokes) try {
            connection.execute(statement, {}, names);
        } catch (const DatabaseError& error) {
            if (error.number() != kNoSuchGrant) throw;
        }
}

void bringUpFormerRole(Connection& connection, const Names& names) {
    if (earlierHosts(connection) > 0) {
        connection.executeLater(kCreateFormerRole, {}, names);
        connection.executeLater(kGrantRoleToFormer, {}, names);
        connection.execute(kGrantFormerRole, {}, names);
    } else if (!widenFormerRole(connection, names)) {
        return;
    }
    narrowFormerRole(connection, names);
}

}  // namespace

void grantToWorkers(Connection& connection, const domain::Tenant& tenant, const Identifier& worker) {
    const auto names = with(namesOf(tenant), "worker", worker);
    if (!hasItsRights(connection, tenant, names)) {
        connection.executeLater(kCreateRole, {}, names);
        for (const auto& statement : kRoleGrants) connection.executeLater(statement, {}, names);
    }
    connection.execute(kGrantRole, {}, names);
    bringUpFormerRole(connection, names);
}

void grantPruning(Connection& connection, const domain::Tenant& tenant) {
    const auto names = pruneNamesOf(tenant);
    for (std::size_t i = 0; i + 1 < kPruneGrants.size(); ++i) connection.executeLater(kPruneGrants[i], {}, names);
    connection.execute(kPruneGrants.back(), {}, names);
}

std::set<domain::TenantId> lackingPruning(Connection& connection, const std::vector<domain::Tenant>& tenants) {
    const auto there = rightsOfRole(connection, Identifier::pruneRole());
    std::set<domain::TenantId> lacking;
    for (const auto& tenant : tenants)
        if (!lackOf(rightsOf(kPruneGrants, pruneNamesOf(tenant)), there).empty()) lacking.insert(tenant.id);
    return lacking;
}

void revokePruning(Connection& connection, const domain::Tenant& tenant, const Identifier& pruner) {
    for (const auto& holder : {Identifier::pruneRole(), pruner})
        for (const auto& statement : kPruneRevokes) try {
                connection.execute(statement, {}, {{"schema", Identifier::schema(tenant.schema)}, {"holder", holder}});
            } catch (const DatabaseError&) {  // it has no rights there
            }
}

}  // namespace claviger::persistence

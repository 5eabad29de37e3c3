#include "persistence/control/mysql_tenant_schemas.h"

#include "persistence/connection/errors.h"
#include "persistence/control/grants.h"
#include "persistence/schema/schema_history.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

constexpr Sql kCreateRole = "CREATE ROLE IF NOT EXISTS {role}";
constexpr Sql kGrantRole = "GRANT {role} TO {worker}";
constexpr unsigned kNoSuchGrant = 1141;

constexpr Sql kMark = "SELECT what FROM claviger.tenant_transfers WHERE tenant_id = ?";
// Never back: of two tools at once, one may be older.
constexpr Sql kSetVersion = "UPDATE claviger.tenants SET schema_version = GREATEST(schema_version, ?) WHERE id = ?";

void revoke(Connection& connection, Sql statement, const Names& names) {
    try {
        connection.execute(statement, {}, names);
    } catch (const DatabaseError& error) {
        if (error.number() != kNoSuchGrant) throw;
    }
}

// The narrow rights come before the broad ones go, so that running workers never lack one.
void grantTo(Connection& connection, const Names& names) {
    connection.executeLater(kCreateRole, {}, names);
    for (const auto& statement : kRoleGrants) connection.executeLater(statement, {}, names);
    connection.execute(kGrantRole, {}, names);
    for (const auto& statement : kRoleRevokes) revoke(connection, statement, names);
}

}  // namespace

int MySqlTenantSchemas::bringUp(const domain::Tenant& tenant) {
    refuseUnfit(tenant);
    const int version = migrator_.bringUpTenant(tenant.schema);
    grant(tenant);
    // Comes last: a tenant that shows the version has everything else. Nobody waits until all hosts know that it is
    // open again: until then they refuse, which is safe.
    (void)transactions_.run(std::nullopt, [&](Connection& connection, domain::StandingChanges& changes) {
        connection.execute(kSetVersion, {std::int64_t{version}, bytesOf(tenant.id)});
        changes.add(domain::slotOf(tenant.id));
        return Ending::kCommit;
    });
    return version;
}

// A tenant that is being dropped is not made anew, and only the import opens one that is being imported.
void MySqlTenantSchemas::refuseUnfit(const domain::Tenant& tenant) const {
    const auto connection = connections_.borrow();
    const auto rows = connection->query(kMark, {bytesOf(tenant.id)});
    if (rows.empty()) {
        const SchemaHistory history(*connection, Identifier::schema(tenant.schema));
        if (tenant.schemaVersion > 0 && history.read().empty()) throw domain::SchemaLost(tenant);
        return;
    }
    const auto what = rows[0].text(0);
    throw domain::MigrationRefused(tenant.slug.text() + ": its " + what +
                                   " was begun and not finished; run `claviger tenant " + what + "` again");
}

void MySqlTenantSchemas::grant(const domain::Tenant& tenant) const {
    const auto connection = connections_.borrow();
    const auto worker = migrator_.workerAccount(*connection);
    // The workers of the release before take the former one, so it is kept until no such worker can run any more.
    for (const auto& role : {Identifier::role(tenant.id), Identifier::formerRole(tenant.id)})
        grantTo(*connection, {{"schema", Identifier::schema(tenant.schema)},
                              {"schemaInGrant", Identifier::schemaInGrant(tenant.schema)},
                              {"role", role},
                              {"worker", worker}});
    grantPruning(tenant);
}

void MySqlTenantSchemas::grantPruning(const domain::Tenant& tenant) const {
    const auto connection = connections_.borrow();
    const auto pruner = migrator_.pruneAccount(*connection);
    if (!pruner) return;
    const Names names{{"schema", Identifier::schema(tenant.schema)}, {"pruner", *pruner}};
    for (const auto& statement : kPruneGrants) connection->execute(statement, {}, names);
}

void MySqlTenantSchemas::revokePruning(const domain::Tenant& tenant) const {
    const auto connection = connections_.borrow();
    const auto pruner = migrator_.pruneAccount(*connection);
    if (!pruner) return;
    const Names names{{"schema", Identifier::schema(tenant.schema)}, {"pruner", *pruner}};
    for (const auto& statement : kPruneRevokes) try {
            connection->execute(statement, {}, names);
        } catch (const DatabaseError&) {  // it has no rights there
        }
}

}  // namespace claviger::persistence

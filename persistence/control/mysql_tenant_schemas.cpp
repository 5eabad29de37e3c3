#include "persistence/control/mysql_tenant_schemas.h"

#include "persistence/control/grants.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

constexpr Sql kCreateRole = "CREATE ROLE IF NOT EXISTS {role}";
constexpr Sql kGrantRole = "GRANT {role} TO {worker}";
// Never back: of two tools at once, one may be older.
constexpr Sql kSetVersion = "UPDATE claviger.tenants SET schema_version = GREATEST(schema_version, ?) WHERE id = ?";

}  // namespace

int MySqlTenantSchemas::bringUp(const domain::Tenant& tenant) {
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

void MySqlTenantSchemas::grant(const domain::Tenant& tenant) const {
    const auto connection = connections_.borrow();
    const Names names{{"schema", Identifier::schema(tenant.schema)},
                      {"schemaInGrant", Identifier::schemaInGrant(tenant.schema)},
                      {"role", Identifier::role(tenant.id)},
                      {"worker", migrator_.workerAccount(*connection)}};
    connection->execute(kCreateRole, {}, names);
    for (const auto& statement : kRoleGrants) connection->execute(statement, {}, names);
    connection->execute(kGrantRole, {}, names);
}

}  // namespace claviger::persistence

#include "persistence/control/mysql_tenant_schemas.h"

#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

constexpr Sql kCreateRole = "CREATE ROLE IF NOT EXISTS {role}";
constexpr Sql kGrantSchema = "GRANT SELECT, INSERT, UPDATE ON {schemaInGrant}.* TO {role}";
// Nothing else is ever deleted: keys, sessions and audit rows are kept.
constexpr Sql kGrantForgetting = "GRANT DELETE ON {schema}.login_attempts TO {role}";
constexpr Sql kGrantRole = "GRANT {role} TO {worker}";
// Never back: of two tools at once, one may be older.
constexpr Sql kSetVersion = "UPDATE claviger.tenants SET schema_version = GREATEST(schema_version, ?) WHERE id = ?";

}  // namespace

// The version comes last: a tenant that shows it has everything else.
void MySqlTenantSchemas::bringUp(const domain::Tenant& tenant) {
    const int version = migrator_.bringUpTenant(tenant.schema);

    const auto connection = connections_.borrow();
    const Names names{{"schema", Identifier::schema(tenant.schema)},
                      {"schemaInGrant", Identifier::schemaInGrant(tenant.schema)},
                      {"role", Identifier::role(tenant.id)},
                      {"worker", migrator_.workerAccount(*connection)}};
    for (const auto& statement : {kCreateRole, kGrantSchema, kGrantForgetting, kGrantRole})
        connection->execute(statement, {}, names);
    connection->execute(kSetVersion, {std::int64_t{version}, bytesOf(tenant.id)});
}

}  // namespace claviger::persistence

#include "persistence/control/mysql_tenant_schemas.h"

#include "persistence/connection/columns.h"
#include "persistence/connection/errors.h"
#include "persistence/schema/schema_history.h"
#include "persistence/schema/tenant_rights.h"

namespace claviger::persistence {
namespace {

constexpr Sql kMark = "SELECT what FROM claviger.tenant_transfers WHERE tenant_id = ?";
// The version never decreases: of two tools that run at the same time, one may be of an older release.
constexpr Sql kSetVersion = "UPDATE claviger.tenants SET schema_version = GREATEST(schema_version, ?) WHERE id = ?";

}  // namespace

int MySqlTenantSchemas::bringUp(const domain::Tenant& tenant) {
    refuseUnfit(tenant);
    const int version = migrator_.bringUpTenant(tenant.schema);
    // Whether `claviger prune` lacks rights on a tenant that was complete before is one query for all:
    // lackingPruning().
    tenant.schemaVersion == 0 ? grant(tenant) : grantWorkers(tenant);
    // The version comes last: a tenant with the version has its tables, its role and its grants. This does not wait for
    // the other hosts. Until they poll the epoch they refuse the tenant, which is safe.
    (void)transactions_.run(std::nullopt, [&](Connection& connection, domain::Invalidations& changes) {
        connection.execute(kSetVersion, {std::int64_t{version}, bytesOf(tenant.id)});
        changes.add(domain::shardOf(tenant.id));
        return Ending::kCommit;
    });
    return version;
}

// A tenant that is being dropped is not created again. A tenant that is being imported is opened only by the import.
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

void MySqlTenantSchemas::grantWorkers(const domain::Tenant& tenant) const {
    const auto connection = connections_.borrow();
    grantToWorkers(*connection, tenant, migrator_.workerAccount(*connection));
}

void MySqlTenantSchemas::grant(const domain::Tenant& tenant) const {
    grantWorkers(tenant);
    grantPruning(tenant);
}

std::set<domain::TenantId> MySqlTenantSchemas::lackingPruning(const std::vector<domain::Tenant>& tenants) const {
    if (!migrator_.hasPruneAccount() || tenants.empty()) return {};
    return persistence::lackingPruning(*connections_.borrow(), tenants);
}

void MySqlTenantSchemas::grantPruning(const domain::Tenant& tenant) const {
    if (migrator_.hasPruneAccount()) persistence::grantPruning(*connections_.borrow(), tenant);
}

void MySqlTenantSchemas::revokePruning(const domain::Tenant& tenant) const {
    const auto connection = connections_.borrow();
    if (const auto pruner = migrator_.pruneAccount(*connection))
        persistence::revokePruning(*connection, tenant, *pruner);
}

}  // namespace claviger::persistence

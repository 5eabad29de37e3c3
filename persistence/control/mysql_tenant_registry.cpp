#include "persistence/control/mysql_tenant_registry.h"

#include <thread>

#include "persistence/connection/errors.h"
#include "persistence/connection/reading.h"
#include "persistence/control/tenant_rows.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

using domain::Error;
using domain::ErrorCode;
using domain::HostName;
using domain::Result;
using domain::Tenant;
using domain::TenantId;
using domain::Timestamp;

constexpr Sql kList = "SELECT id, slug, name, status, schema_name, schema_version FROM claviger.tenants ORDER BY slug";
constexpr Sql kFindById =
    "SELECT id, slug, name, status, schema_name, schema_version FROM claviger.tenants WHERE id = ?";
constexpr Sql kFindBySchema =
    "SELECT id, slug, name, status, schema_name, schema_version FROM claviger.tenants WHERE schema_name = ?";
constexpr Sql kFindBySlug =
    "SELECT id, slug, name, status, schema_name, schema_version FROM claviger.tenants WHERE slug = ?";
constexpr Sql kFindByHost =
    "SELECT t.id, t.slug, t.name, t.status, t.schema_name, t.schema_version "
    "FROM claviger.tenant_hosts h JOIN claviger.tenants t ON t.id = h.tenant_id WHERE h.host = ?";
constexpr Sql kHostsOf = "SELECT host FROM claviger.tenant_hosts WHERE tenant_id = ? ORDER BY host";
constexpr Sql kHosts = "SELECT tenant_id, host FROM claviger.tenant_hosts ORDER BY host";
constexpr Sql kSetStatus = "UPDATE claviger.tenants SET status = ? WHERE id = ?";
constexpr Sql kRename = "UPDATE claviger.tenants SET slug = ?, name = ? WHERE id = ?";

}  // namespace

std::vector<Tenant> MySqlTenantRegistry::list() const {
    return read(kList).map(tenantAt);
}

std::optional<Tenant> MySqlTenantRegistry::findById(const TenantId& id) const {
    return find(kFindById, {bytesOf(id)});
}

std::optional<Tenant> MySqlTenantRegistry::findBySchema(const domain::SchemaName& schema) const {
    return find(kFindBySchema, {Text{schema.text()}});
}

std::optional<Tenant> MySqlTenantRegistry::findBySlug(const domain::TenantSlug& slug) const {
    return find(kFindBySlug, {Text{slug.text()}});
}

std::optional<Tenant> MySqlTenantRegistry::findByHost(const HostName& host) const {
    return find(kFindByHost, {Text{host.text()}});
}

std::vector<HostName> MySqlTenantRegistry::hostsOf(const TenantId& tenant) const {
    return read(kHostsOf, {bytesOf(tenant)}).map([](const Row& row) { return stored(HostName::parse(row.text(0))); });
}

std::map<TenantId, std::vector<HostName>> MySqlTenantRegistry::hosts() const {
    std::map<TenantId, std::vector<HostName>> all;
    for (auto& [tenant, host] : read(kHosts).map(
             [](const Row& row) { return std::pair(idAt<TenantId>(row, 0), stored(HostName::parse(row.text(1)))); }))
        all[tenant].push_back(std::move(host));
    return all;
}

bool MySqlTenantRegistry::hasSchema(const domain::SchemaName& schema) const {
    bool found = false;
    runReading(connections_, std::nullopt, [&](Connection& connection) { found = schemaIsThere(connection, schema); });
    return found;
}

Result<void> MySqlTenantRegistry::add(const Tenant& tenant, const HostName& host, Timestamp now) {
    return transact([&](Connection& connection, domain::Invalidations&) -> Result<void> {
        if (auto added = insertTenant(connection, tenant, now); !added.ok()) return added;
        return insertHost(connection, tenant.id, host, now);
    });
}

Result<void> MySqlTenantRegistry::addHost(const TenantId& tenant, const HostName& host, Timestamp now) {
    return transact(
        [&](Connection& connection, domain::Invalidations&) { return insertHost(connection, tenant, host, now); });
}

// Commits, then blocks until every host acts on the change. A refusal is rolled back.
Result<void> MySqlTenantRegistry::transact(const Work& work) {
    Result<void> result;
    const auto effectiveAt =
        transactions_.run(std::nullopt, [&](Connection& connection, domain::Invalidations& changes) {
            result = work(connection, changes);
            return result.ok() ? Ending::kCommit : Ending::kRollback;
        });
    std::this_thread::sleep_until(effectiveAt);
    return result;
}

void MySqlTenantRegistry::setStatus(const TenantId& tenant, domain::TenantStatus status) {
    const auto set = transact([&](Connection& connection, domain::Invalidations& changes) -> Result<void> {
        changes.add(domain::shardOf(tenant));
        connection.execute(kSetStatus, {textOf(status), bytesOf(tenant)});
        return {};
    });
    (void)set;  // this work refuses nothing
}

Result<void> MySqlTenantRegistry::rename(const TenantId& tenant, const domain::TenantSlug& slug,
                                         const std::string& name) {
    return transact([&](Connection& connection, domain::Invalidations& changes) -> Result<void> {
        changes.add(domain::shardOf(tenant));  // cached tenants contain the slug
        try {
            connection.execute(kRename, {Text{slug.text()}, Bytes{name}, bytesOf(tenant)});
        } catch (const DuplicateKey&) {
            return Error{ErrorCode::kTenantTaken, "tenant " + slug.text() + " exists"};
        }
        return {};
    });
}

std::optional<Tenant> MySqlTenantRegistry::find(Sql statement, const Values& values) const {
    const auto rows = read(statement, values);
    return rows.empty() ? std::nullopt : std::optional(tenantAt(rows[0]));
}

Rows MySqlTenantRegistry::read(Sql statement, const Values& values) const {
    std::optional<Rows> rows;
    runReading(connections_, std::nullopt, [&](Connection& connection) { rows = connection.query(statement, values); });
    return std::move(*rows);
}

}  // namespace claviger::persistence

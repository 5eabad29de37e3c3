#include "persistence/control/mysql_tenant_directory.h"

#include "persistence/connection/columns.h"
#include "persistence/connection/reading.h"
#include "persistence/control/tenant_rows.h"

namespace claviger::persistence {
namespace {

// The columns of tenantAt(), then the host.
#define CLAVIGER_HOST_COLUMNS "t.id, t.slug, t.name, t.status, t.schema_name, t.schema_version, h.host"
constexpr Sql kFindByHost =
    "SELECT " CLAVIGER_HOST_COLUMNS
    " FROM claviger.tenant_hosts h JOIN claviger.tenants t ON t.id = h.tenant_id WHERE h.host = ?";
constexpr Sql kList = "SELECT " CLAVIGER_HOST_COLUMNS
                      " FROM claviger.tenant_hosts h JOIN claviger.tenants t ON t.id = h.tenant_id LIMIT ?";
constexpr Sql kIsOpen = "SELECT 1 FROM claviger.tenants WHERE id = ? AND schema_version > 0";
constexpr std::size_t kHost = 6;

domain::SharedTenant sharedTenantAt(const Row& row) {
    return std::make_shared<domain::Tenant>(tenantAt(row));
}

}  // namespace

domain::SharedTenant MySqlTenantDirectory::findByHost(const domain::HostName& host) const {
    domain::SharedTenant tenant;
    runReading(connections_, std::nullopt, [&](Connection& connection) {
        const auto rows = connection.query(kFindByHost, {Text{host.text()}});
        if (!rows.empty()) tenant = sharedTenantAt(rows[0]);
    });
    return tenant;
}

bool MySqlTenantDirectory::isOpen(const domain::TenantId& tenant) const {
    bool open = false;
    runReading(connections_, std::nullopt,
               [&](Connection& connection) { open = !connection.query(kIsOpen, {bytesOf(tenant)}).empty(); });
    return open;
}

std::vector<domain::HostedTenant> MySqlTenantDirectory::list(std::size_t most) const {
    std::vector<domain::HostedTenant> hosts;
    runReading(connections_, std::nullopt, [&](Connection& connection) {
        hosts = connection.query(kList, {static_cast<std::int64_t>(most)}).map([](const Row& row) {
            return domain::HostedTenant{stored(domain::HostName::parse(row.text(kHost))), sharedTenantAt(row)};
        });
    });
    return hosts;
}

}  // namespace claviger::persistence

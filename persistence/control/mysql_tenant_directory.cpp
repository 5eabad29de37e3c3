#include "persistence/control/mysql_tenant_directory.h"

#include "persistence/connection/reading.h"
#include "persistence/control/tenant_rows.h"

namespace claviger::persistence {
namespace {

constexpr Sql kFindByHost =
    "SELECT t.id, t.slug, t.name, t.status, t.schema_name, t.schema_version "
    "FROM claviger.tenant_hosts h JOIN claviger.tenants t ON t.id = h.tenant_id WHERE h.host = ?";

}  // namespace

domain::SharedTenant MySqlTenantDirectory::findByHost(const domain::HostName& host) const {
    domain::SharedTenant tenant;
    runReading(connections_, std::nullopt, [&](Connection& connection) {
        const auto rows = connection.query(kFindByHost, {Text{host.text()}});
        if (!rows.empty()) tenant = std::make_shared<domain::Tenant>(tenantAt(rows[0]));
    });
    return tenant;
}

}  // namespace claviger::persistence

#pragma once

#include "domain/tenants/tenant.h"
#include "persistence/connection/rows.h"
#include "persistence/connection/statement.h"

namespace claviger::persistence {

Text textOf(domain::TenantStatus);

// Six columns: id, slug, name, status, schema_name, schema_version.
domain::Tenant tenantAt(const Row&);

}  // namespace claviger::persistence

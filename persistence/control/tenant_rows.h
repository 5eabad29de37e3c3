#pragma once

#include "domain/base/result.h"
#include "domain/tenants/tenant.h"
#include "persistence/connection/connection.h"
#include "persistence/connection/rows.h"
#include "persistence/connection/statement.h"

namespace claviger::persistence {

Text textOf(domain::TenantStatus);

// Six columns: id, slug, name, status, schema_name, schema_version.
domain::Tenant tenantAt(const Row&);

bool schemaIsThere(Connection&, const domain::SchemaName&);

// Within a transaction, which is to be rolled back where it is refused.
//   kTenantTaken  the id, the slug or the schema is another tenant's, or a schema of that name is nobody's
domain::Result<void> insertTenant(Connection&, const domain::Tenant&, domain::Timestamp now);

// The same; already so is ok.
//   kHostTaken  it is another tenant's
domain::Result<void> insertHost(Connection&, const domain::TenantId&, const domain::HostName&, domain::Timestamp now);

}  // namespace claviger::persistence

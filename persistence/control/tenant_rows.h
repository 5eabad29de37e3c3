#pragma once

#include "domain/base/result.h"
#include "domain/model/tenant.h"
#include "persistence/connection/connection.h"
#include "persistence/connection/rows.h"
#include "persistence/connection/statement.h"

namespace claviger::persistence {

Text textOf(domain::TenantStatus);

// Reads six columns: id, slug, name, status, schema_name, schema_version. Throws std::logic_error for a value that is
// not valid.
domain::Tenant tenantAt(const Row&);

bool schemaIsThere(Connection&, const domain::SchemaName&);

// Adds a tenant. To be called within a transaction; after a refusal the caller must roll it back.
//   kTenantTaken  another tenant has the id, the slug or the schema, or there is a schema of that name without a tenant
domain::Result<void> insertTenant(Connection&, const domain::Tenant&, domain::Timestamp now);

// Adds a host, under the same terms. Ok if the tenant has it already.
//   kHostTaken  another tenant has it
domain::Result<void> insertHost(Connection&, const domain::TenantId&, const domain::HostName&, domain::Timestamp now);

}  // namespace claviger::persistence

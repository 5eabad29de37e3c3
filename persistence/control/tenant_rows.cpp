#include "persistence/control/tenant_rows.h"

#include "domain/ports/control/tenant_registry.h"
#include "persistence/connection/errors.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

using domain::Error;
using domain::ErrorCode;
using domain::HostName;
using domain::Result;
using domain::Tenant;
using domain::TenantId;
using domain::TenantStatus;
using domain::Timestamp;

constexpr Sql kAddTenant =
    "INSERT INTO claviger.tenants (id, slug, name, status, schema_name, schema_version, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr Sql kSchemaThere = "SELECT 1 FROM information_schema.schemata WHERE schema_name = ?";
constexpr Sql kAddHost = "INSERT INTO claviger.tenant_hosts (host, tenant_id, created_at) VALUES (?, ?, ?)";
constexpr Sql kOwnerOf = "SELECT tenant_id FROM claviger.tenant_hosts WHERE host = ?";

TenantStatus tenantStatusAt(const Row& row, std::size_t column) {
    const auto& text = row.text(column);
    for (const auto status : {TenantStatus::kActive, TenantStatus::kSuspended})
        if (textOf(status).value == text) return status;
    throw std::logic_error("an unknown tenant status is stored");
}

}  // namespace

Text textOf(TenantStatus status) {
    return {status == TenantStatus::kActive ? "active" : "suspended"};
}

domain::Tenant tenantAt(const Row& row) {
    return {idAt<domain::TenantId>(row, 0),
            stored(domain::TenantSlug::parse(row.text(1))),
            row.text(2),
            tenantStatusAt(row, 3),
            stored(domain::SchemaName::parse(row.text(4))),
            static_cast<int>(row.integer(5))};
}

bool schemaIsThere(Connection& connection, const domain::SchemaName& schema) {
    return !connection.query(kSchemaThere, {Text{schema.text()}}).empty();
}

Result<void> insertTenant(Connection& connection, const Tenant& tenant, Timestamp now) {
    try {
        connection.execute(kAddTenant,
                           {bytesOf(tenant.id), Text{tenant.slug.text()}, Bytes{tenant.name}, textOf(tenant.status),
                            Text{tenant.schema.text()}, std::int64_t{tenant.schemaVersion}, now});
    } catch (const DuplicateKey&) {
        return Error{ErrorCode::kTenantTaken, "tenant " + tenant.slug.text() + " or its schema exists"};
    }
    // The users in such a schema would become this tenant's.
    if (schemaIsThere(connection, tenant.schema)) return domain::ownerlessSchema(tenant.schema);
    return {};
}

Result<void> insertHost(Connection& connection, const TenantId& tenant, const HostName& host, Timestamp now) {
    try {
        connection.execute(kAddHost, {Text{host.text()}, bytesOf(tenant), now});
    } catch (const DuplicateKey&) {
        const auto owner = connection.query(kOwnerOf, {Text{host.text()}});
        if (owner.empty() || idAt<TenantId>(owner[0], 0) != tenant)
            return Error{ErrorCode::kHostTaken, "host " + host.text() + " belongs to another tenant"};
    }
    return {};
}

}  // namespace claviger::persistence

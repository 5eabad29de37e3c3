#pragma once

#include <string>
#include <vector>

#include "domain/tenants/migrations.h"
#include "domain/tenants/tenant_registry.h"

namespace claviger::domain {

// How far one schema has come. `failure` says why it came no further, for operators; empty if nothing failed.
struct SchemaState {
    std::string schema;
    int version;
    int newest;
    std::string failure{};
};

struct TenantState {
    TenantSlug slug;
    SchemaState state;
};

struct MigrationReport {
    SchemaState control;
    std::vector<TenantState> tenants;  // by slug
};

// Brings the schemas up to this release, for operators. Not thread-safe.
class MigrationService {
public:
    MigrationService(TenantRegistry&, TenantSchemas&, Migrations&);  // references must outlive this

    // Without a control schema: version 0 and no tenants.
    MigrationReport status() const;

    // The control schema, then every tenant that is behind. A tenant that fails is reported with its reason
    // and does not stop the others. Throws StorageUnavailable if the database goes away, and what
    // Migrations::bringUpControl throws; run again it goes on where it stopped.
    MigrationReport run();

private:
    SchemaState controlState() const;
    TenantState tenantState(const Tenant&) const;

    TenantRegistry& registry_;
    TenantSchemas& schemas_;
    Migrations& migrations_;
};

}  // namespace claviger::domain

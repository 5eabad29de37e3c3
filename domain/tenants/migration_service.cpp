#include "domain/tenants/migration_service.h"

namespace claviger::domain {

MigrationService::MigrationService(TenantRegistry& registry, TenantSchemas& schemas, Migrations& migrations)
    : registry_(registry), schemas_(schemas), migrations_(migrations) {}

MigrationReport MigrationService::status() const {
    MigrationReport report{controlState(), {}};
    if (report.control.version == 0) return report;
    for (const auto& tenant : registry_.list()) report.tenants.push_back(tenantState(tenant));
    return report;
}

MigrationReport MigrationService::run() {
    migrations_.bringUpControl();
    MigrationReport report{controlState(), {}};
    for (const auto& tenant : registry_.list()) {
        auto& added = report.tenants.emplace_back(tenantState(tenant));
        if (tenant.schemaVersion >= added.state.newest) continue;
        try {
            schemas_.bringUp(tenant);
        } catch (const StorageUnavailable&) {
            throw;  // the next tenant would fare no better
        } catch (const std::exception& failure) {
            added.state.failure = failure.what();
        }
        if (const auto now = registry_.findBySlug(tenant.slug)) added.state.version = now->schemaVersion;
    }
    return report;
}

SchemaState MigrationService::controlState() const {
    return {"claviger", migrations_.controlVersion(), migrations_.newestControlVersion()};
}

TenantState MigrationService::tenantState(const Tenant& tenant) const {
    return {tenant.slug, {tenant.schema.text(), tenant.schemaVersion, migrations_.newestTenantVersion()}};
}

}  // namespace claviger::domain

#include "tests/contract/backends.h"

#include "domain/tenants/row_rules.h"

namespace claviger::tests {

domain::Tenant InMemoryBackend::makeTenant() {
    const auto slug = domain::TenantSlug::parse(uniqueName()).value();
    return {domain::TenantId::make(domain::SystemClock().now()),
            slug,
            "Tenant",
            domain::TenantStatus::kActive,
            domain::SchemaName::of(slug),
            1};
}

domain::Tenant MySqlBackend::makeTenant() {
    static std::vector<domain::Tenant> tenants;
    auto& database = TestDatabase::instance();
    if (given_ == tenants.size()) tenants.push_back(database.makeTenant());
    const auto& tenant = tenants[given_++];
    for (const auto table : domain::knownTables())
        database.execute(tenant, "DELETE FROM {schema}." + std::string(table));
    return tenant;
}

}  // namespace claviger::tests

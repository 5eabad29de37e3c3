#include "tests/contract/backends.h"

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
    for (const auto* table :
         {"users", "sessions", "api_keys", "audit_events", "login_attempts", "known_devices", "key_changes"})
        database.execute(tenant, std::string("DELETE FROM {schema}.") + table);
    return tenant;
}

}  // namespace claviger::tests

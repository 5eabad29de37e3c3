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

}  // namespace claviger::tests

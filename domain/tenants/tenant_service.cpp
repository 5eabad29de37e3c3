#include "domain/tenants/tenant_service.h"

namespace claviger::domain {

TenantService::TenantService(TenantRegistry& registry, TenantSchemas& schemas, const Clock& clock)
    : registry_(registry), schemas_(schemas), clock_(clock) {}

Result<CreatedTenant> TenantService::create(const NewTenant& wanted) {
    const auto now = clock_.now();
    const Tenant fresh{
        TenantId::make(now), wanted.slug, wanted.name, TenantStatus::kActive, SchemaName::of(wanted.slug), 0};

    auto added = registry_.add(fresh, wanted.host, now);
    const bool before = !added.ok() && added.error().code == ErrorCode::kTenantTaken;
    if (!added.ok() && !before) return added.error();

    // Of two runs at once, the one that came second finishes beside the first.
    const auto tenant = registry_.findBySlug(wanted.slug);
    if (!tenant) return added.ok() ? Error{ErrorCode::kTenantNotFound} : added.error();
    if (tenant->name != wanted.name)
        return Error{ErrorCode::kTenantTaken,
                     "tenant " + wanted.slug.text() + " exists with the name \"" + tenant->name + "\""};
    if (auto hosted = registry_.addHost(tenant->id, wanted.host, now); !hosted.ok()) return hosted.error();

    schemas_.bringUp(*tenant);
    const auto finished = show(wanted.slug);
    if (!finished.ok()) return finished.error();
    return CreatedTenant{finished.value(), before ? Created::kBefore : Created::kNow};
}

std::vector<TenantDetails> TenantService::list() const {
    std::vector<TenantDetails> all;
    for (const auto& tenant : registry_.list()) all.push_back(details(tenant));
    return all;
}

Result<TenantDetails> TenantService::show(const TenantSlug& slug) const {
    const auto tenant = registry_.findBySlug(slug);
    if (!tenant) return Error{ErrorCode::kTenantNotFound, "there is no tenant " + slug.text()};
    return details(*tenant);
}

TenantDetails TenantService::details(const Tenant& tenant) const {
    return {tenant, registry_.hostsOf(tenant.id)};
}

}  // namespace claviger::domain

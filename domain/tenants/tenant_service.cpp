#include "domain/tenants/tenant_service.h"

namespace claviger::domain {
namespace {

Error noSuchTenant(const TenantSlug& slug) {
    return {ErrorCode::kTenantNotFound, "there is no tenant " + slug.text()};
}

Error takenByName(const Tenant& tenant) {
    return {ErrorCode::kTenantTaken, "tenant " + tenant.slug.text() + " exists with the name \"" + tenant.name + "\""};
}

Error schemaTaken(const TenantSlug& slug, const Tenant& owner) {
    return {ErrorCode::kTenantTaken, "tenant " + owner.slug.text() + " has the schema that " + slug.text() +
                                         " would get, " + owner.schema.text()};
}

Tenant freshTenant(const NewTenant& wanted, Timestamp now) {
    return {TenantId::make(now), wanted.slug, wanted.name, TenantStatus::kActive, SchemaName::of(wanted.slug), 0};
}

}  // namespace

TenantService::TenantService(TenantRegistry& registry, TenantSchemas& schemas, const Clock& clock)
    : registry_(registry), schemas_(schemas), clock_(clock) {}

Result<CreatedTenant> TenantService::create(const NewTenant& wanted) {
    const auto now = clock_.now();
    auto added = registry_.add(freshTenant(wanted, now), wanted.host, now);
    const bool before = !added.ok() && added.error().code == ErrorCode::kTenantTaken;
    if (!added.ok() && !before) return added.error();

    // If two runs create the same tenant at once, the second one continues with the tenant that the first one has
    // added.
    const auto tenant = registry_.findBySlug(wanted.slug);
    if (!tenant) return added.ok() ? noSuchTenant(wanted.slug) : added.error();
    if (tenant->name != wanted.name) return takenByName(*tenant);
    bool isNewHost = false;
    if (before) {  // add() stores the first host of a new tenant
        schemas_.refuseUnfit(*tenant);
        isNewHost = !registry_.findByHost(wanted.host);
        if (auto hosted = registry_.addHost(tenant->id, wanted.host, now); !hosted.ok()) return hosted.error();
    }

    schemas_.bringUp(*tenant);
    if (tenant->schemaVersion > 0) schemas_.grantPruning(*tenant);  // bringUp does it for a new one
    const auto finished = show(wanted.slug);
    if (!finished.ok()) return finished.error();
    return CreatedTenant{finished.value(), before ? Created::kBefore : Created::kNow, isNewHost};
}

std::vector<TenantDetails> TenantService::list() const {
    std::vector<TenantDetails> all;
    auto hosts = registry_.hosts();
    for (auto& tenant : registry_.list()) all.push_back({tenant, std::move(hosts[tenant.id])});
    return all;
}

Result<TenantDetails> TenantService::show(const TenantSlug& slug) const {
    const auto tenant = registry_.findBySlug(slug);
    if (!tenant) return noSuchTenant(slug);
    return details(*tenant);
}

Result<CreatedTenant> TenantService::plan(const NewTenant& wanted) const {
    const auto owner = registry_.findByHost(wanted.host);
    if (owner && owner->slug != wanted.slug)
        return Error{ErrorCode::kHostTaken, "host " + wanted.host.text() + " belongs to tenant " + owner->slug.text()};
    const auto tenant = registry_.findBySlug(wanted.slug);
    if (!tenant) {
        auto fresh = freshTenant(wanted, clock_.now());
        if (const auto other = registry_.findBySchema(fresh.schema)) return schemaTaken(wanted.slug, *other);
        if (registry_.hasSchema(fresh.schema)) return ownerlessSchema(fresh.schema);
        return CreatedTenant{{std::move(fresh), {wanted.host}}, Created::kNow, false};
    }
    if (tenant->name != wanted.name) return takenByName(*tenant);
    schemas_.refuseUnfit(*tenant);
    auto known = details(*tenant);
    if (!owner) known.hosts.push_back(wanted.host);
    return CreatedTenant{std::move(known), Created::kBefore, !owner};
}

Result<ChangedTenant> TenantService::setStatus(const TenantSlug& slug, TenantStatus status) {
    auto tenant = registry_.findBySlug(slug);
    if (!tenant) return noSuchTenant(slug);
    const bool changed = tenant->status != status;
    // Also if the tenant has the status already: the process that set it may have died before every host acted on it.
    registry_.setStatus(tenant->id, status);
    tenant->status = status;
    return ChangedTenant{details(*tenant), changed};
}

Result<ChangedTenant> TenantService::rename(const TenantSlug& slug, const std::optional<TenantSlug>& newSlug,
                                            const std::optional<std::string>& newName) {
    auto tenant = registry_.findBySlug(slug);
    if (!tenant) return noSuchTenant(slug);
    const auto before = *tenant;
    tenant->slug = newSlug.value_or(before.slug);
    tenant->name = newName.value_or(before.name);
    const bool changed = tenant->slug != before.slug || tenant->name != before.name;
    if (changed)
        if (auto renamed = registry_.rename(tenant->id, tenant->slug, tenant->name); !renamed.ok())
            return renamed.error();
    return ChangedTenant{details(*tenant), changed};
}

TenantDetails TenantService::details(const Tenant& tenant) const {
    return {tenant, registry_.hostsOf(tenant.id)};
}

}  // namespace claviger::domain

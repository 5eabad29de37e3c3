#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/ports/control/tenant_registry.h"
#include "domain/ports/control/tenant_schemas.h"

namespace claviger::domain {

// An operator's order to create a tenant.
struct NewTenant {
    TenantSlug slug;
    HostName host;
    std::string name;
};

// A tenant with its hosts.
struct TenantDetails {
    Tenant tenant;
    std::vector<HostName> hosts;
};

enum class Created { kNow, kBefore };

struct CreatedTenant {
    TenantDetails details;
    Created created;
    bool hostAdded;  // to a tenant that was there before
};

struct ChangedTenant {
    TenantDetails details;
    bool changed;  // false: there was nothing to change
};

// Creates, shows and changes tenants, for operators. Every method throws StorageUnavailable. Thread-safe.
class TenantService {
public:
    TenantService(TenantRegistry&, TenantSchemas&, const Clock&);  // references must outlive this

    // Creates the tenant, its schema and its role. A second call finishes what a crash left undone, and adds the host
    // if the tenant does not have it yet.
    //
    //   kTenantTaken  the slug exists under another display name, or its schema's name is in use; nothing changed
    //   kHostTaken    the host belongs to another tenant; nothing changed
    // Throws MigrationRefused for a drop or an import that was not finished, and SchemaLost if the tenant's schema is
    // gone; then nothing changed. Throws MigrationRefused too if a migration fails; then the next call continues.
    Result<CreatedTenant> create(const NewTenant&);

    // Returns what create would return now, and changes nothing. A new tenant in it has version 0 and a meaningless id.
    // Throws what create would throw before its first change.
    Result<CreatedTenant> plan(const NewTenant&) const;

    std::vector<TenantDetails> list() const;  // by slug

    // Returns one tenant.
    //   kTenantNotFound
    Result<TenantDetails> show(const TenantSlug&) const;

    // Suspends or resumes a tenant. Blocks until every host acts on it. From then on every request for a suspended
    // tenant is refused. Nothing in its schema changes, so it resumes as it was. A tenant that has the status already
    // is ok.
    //   kTenantNotFound
    Result<ChangedTenant> setStatus(const TenantSlug&, TenantStatus);

    // Gives the tenant another slug, another display name, or both. nullopt: that one stays. Sessions and keys stay
    // valid, because they are bound to the tenant's id. The schema keeps its name.
    //   kTenantNotFound
    //   kTenantTaken  another tenant has the slug; nothing changed
    Result<ChangedTenant> rename(const TenantSlug&, const std::optional<TenantSlug>& slug,
                                 const std::optional<std::string>& name);

private:
    TenantDetails details(const Tenant&) const;

    TenantRegistry& registry_;
    TenantSchemas& schemas_;
    const Clock& clock_;
};

}  // namespace claviger::domain

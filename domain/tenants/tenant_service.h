#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/tenants/tenant_registry.h"

namespace claviger::domain {

// What an operator asks for.
struct NewTenant {
    TenantSlug slug;
    HostName host;
    std::string name;
};

// A tenant with what belongs to it in the control schema.
struct TenantDetails {
    Tenant tenant;
    std::vector<HostName> hosts;
};

enum class Created { kNow, kBefore };

struct CreatedTenant {
    TenantDetails details;
    Created created;
};

struct ChangedTenant {
    TenantDetails details;
    bool changed;  // false: it was so before
};

// Creates, shows and changes tenants, for operators. Not thread-safe.
class TenantService {
public:
    TenantService(TenantRegistry&, TenantSchemas&, const Clock&);  // references must outlive this

    // Creates the tenant, its schema and its role. Run again it finishes what a crash left undone, and adds
    // the host if the tenant has it not yet.
    //
    //   kTenantTaken  the slug exists under another display name, or its schema's name is in use; nothing changed
    //   kHostTaken    the host belongs to another tenant; nothing changed
    // Throws MigrationRefused for a drop or an import that was not finished, and SchemaLost where the tenant's schema
    // is gone; then nothing changed.
    Result<CreatedTenant> create(const NewTenant&);

    // What create would answer now, changing nothing. A new tenant in it has version 0 and an id of no meaning. Throws
    // what create would.
    Result<CreatedTenant> plan(const NewTenant&) const;

    std::vector<TenantDetails> list() const;

    //   kTenantNotFound
    Result<TenantDetails> show(const TenantSlug&) const;

    // Suspends or resumes: from the moment this returns, every request for a suspended tenant is refused, and
    // nothing in its schema changes, so that it resumes as it was. Already so is ok.
    //   kTenantNotFound
    Result<ChangedTenant> setStatus(const TenantSlug&, TenantStatus);

    // Gives the tenant another slug, another display name, or both; what is not given stays. Sessions and keys live
    // on, since they are bound to the tenant's id; so does the schema's name.
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

#pragma once

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

// Creates and shows tenants, for operators. Not thread-safe.
class TenantService {
public:
    TenantService(TenantRegistry&, TenantSchemas&, const Clock&);  // references must outlive this

    // Creates the tenant, its schema and its role. Run again it finishes what a crash left undone, and adds
    // the host if the tenant has it not yet.
    //
    //   kTenantTaken  the slug exists under another display name, or its schema's name is in use; nothing changed
    //   kHostTaken    the host belongs to another tenant; nothing changed
    Result<CreatedTenant> create(const NewTenant&);

    std::vector<TenantDetails> list() const;

    //   kTenantNotFound
    Result<TenantDetails> show(const TenantSlug&) const;

private:
    TenantDetails details(const Tenant&) const;

    TenantRegistry& registry_;
    TenantSchemas& schemas_;
    const Clock& clock_;
};

}  // namespace claviger::domain

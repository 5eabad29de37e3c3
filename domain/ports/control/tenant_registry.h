#pragma once

#include <map>
#include <optional>
#include <vector>

#include "domain/model/tenant.h"

namespace claviger::domain {

// Returns the refusal for a tenant whose schema exists already, but belongs to no tenant.
inline Error ownerlessSchema(const SchemaName& schema) {
    return {ErrorCode::kTenantTaken,
            "a schema " + schema.text() + " is there, which is no tenant's; drop it yourself if nobody needs it"};
}

// The tenants and hosts of the control schema, for operators. Finders return nullopt if there is no such tenant. Every
// method throws StorageUnavailable, and those that write also OutcomeUnknown. Thread-safe.
class TenantRegistry {
public:
    virtual ~TenantRegistry() = default;

    virtual std::vector<Tenant> list() const = 0;  // by slug
    virtual std::optional<Tenant> findById(const TenantId&) const = 0;
    virtual std::optional<Tenant> findBySchema(const SchemaName&) const = 0;
    virtual std::optional<Tenant> findBySlug(const TenantSlug&) const = 0;
    virtual std::optional<Tenant> findByHost(const HostName&) const = 0;
    virtual std::vector<HostName> hostsOf(const TenantId&) const = 0;     // by name
    virtual std::map<TenantId, std::vector<HostName>> hosts() const = 0;  // of every tenant that has any

    // Whether the database has a schema of that name, of a tenant or not.
    virtual bool hasSchema(const SchemaName&) const = 0;

    // Adds the tenant together with its first host, in one transaction.
    //   kTenantTaken  the slug, another one with the same schema, or a schema without a tenant exists; nothing changed
    //   kHostTaken    another tenant has the host; nothing changed
    virtual Result<void> add(const Tenant&, const HostName&, Timestamp now) = 0;

    // Adds a host. It is ok if the tenant has it already.
    //   kHostTaken  another tenant has it; nothing changed
    virtual Result<void> addHost(const TenantId&, const HostName&, Timestamp now) = 0;

    // Blocks until every host acts on the new status.
    virtual void setStatus(const TenantId&, TenantStatus) = 0;

    // Changes slug and display name. The schema keeps the name that it was created with. Blocks until every host acts
    // on the change.
    //   kTenantTaken  another tenant has the slug; nothing changed
    virtual Result<void> rename(const TenantId&, const TenantSlug&, const std::string& name) = 0;
};

}  // namespace claviger::domain

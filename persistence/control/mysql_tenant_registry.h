#pragma once

#include "domain/tenants/tenant_registry.h"
#include "persistence/connection/connections.h"

namespace claviger::persistence {

// The control schema's tenants and hosts, with the tool's account.
class MySqlTenantRegistry final : public domain::TenantRegistry {
public:
    explicit MySqlTenantRegistry(Connections& connections) : connections_(connections) {}  // must outlive this

    std::vector<domain::Tenant> list() const override;
    std::optional<domain::Tenant> findBySlug(const domain::TenantSlug&) const override;
    std::vector<domain::HostName> hostsOf(const domain::TenantId&) const override;
    domain::Result<void> add(const domain::Tenant&, const domain::HostName&, domain::Timestamp now) override;
    domain::Result<void> addHost(const domain::TenantId&, const domain::HostName&, domain::Timestamp now) override;

private:
    Rows read(Sql, const Values& = {}) const;

    Connections& connections_;
};

}  // namespace claviger::persistence

#pragma once

#include "domain/ports/control/tenant_registry.h"
#include "persistence/connection/transactions.h"

namespace claviger::persistence {

// The control schema's tenants and hosts, with the tool's account. setStatus() and rename() block until every host acts
// on the change. Thread-safe.
class MySqlTenantRegistry final : public domain::TenantRegistry {
public:
    // References must outlive this.
    MySqlTenantRegistry(Connections& connections, Transactions& transactions)
        : connections_(connections), transactions_(transactions) {}

    std::vector<domain::Tenant> list() const override;
    std::optional<domain::Tenant> findById(const domain::TenantId&) const override;
    std::optional<domain::Tenant> findBySchema(const domain::SchemaName&) const override;
    std::optional<domain::Tenant> findBySlug(const domain::TenantSlug&) const override;
    std::optional<domain::Tenant> findByHost(const domain::HostName&) const override;
    std::vector<domain::HostName> hostsOf(const domain::TenantId&) const override;
    std::map<domain::TenantId, std::vector<domain::HostName>> hosts() const override;
    bool hasSchema(const domain::SchemaName&) const override;
    domain::Result<void> add(const domain::Tenant&, const domain::HostName&, domain::Timestamp now) override;
    domain::Result<void> addHost(const domain::TenantId&, const domain::HostName&, domain::Timestamp now) override;
    void setStatus(const domain::TenantId&, domain::TenantStatus) override;
    domain::Result<void> rename(const domain::TenantId&, const domain::TenantSlug&, const std::string& name) override;

private:
    using Work = std::function<domain::Result<void>(Connection&, domain::Invalidations&)>;

    Rows read(Sql, const Values& = {}) const;
    std::optional<domain::Tenant> find(Sql, const Values&) const;
    domain::Result<void> transact(const Work&);

    Connections& connections_;
    Transactions& transactions_;
};

}  // namespace claviger::persistence

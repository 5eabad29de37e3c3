#pragma once

#include "domain/ports/control/tenant_directory.h"
#include "persistence/connection/connections.h"

namespace claviger::persistence {

// Finds tenants by host in the control schema. Caches nothing: each call runs one query. Thread-safe.
class MySqlTenantDirectory final : public domain::TenantDirectory {
public:
    explicit MySqlTenantDirectory(Connections& connections) : connections_(connections) {}  // must outlive this

    domain::SharedTenant findByHost(const domain::HostName&) const override;
    bool isOpen(const domain::TenantId&) const override;
    std::vector<domain::HostedTenant> list(std::size_t most) const override;  // throws std::logic_error for a bad row

private:
    Connections& connections_;
};

}  // namespace claviger::persistence

#pragma once

#include "domain/tenants/tenant_directory.h"
#include "persistence/connection/connections.h"

namespace claviger::persistence {

// Asks the control schema each time, in one indexed query. Thread-safe.
class MySqlTenantDirectory final : public domain::TenantDirectory {
public:
    explicit MySqlTenantDirectory(Connections& connections) : connections_(connections) {}  // must outlive this

    domain::SharedTenant findByHost(const domain::HostName&) const override;

private:
    Connections& connections_;
};

}  // namespace claviger::persistence

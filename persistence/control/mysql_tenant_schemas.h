#pragma once

#include "domain/tenants/tenant_registry.h"
#include "persistence/connection/connections.h"
#include "persistence/schema/migrator.h"

namespace claviger::persistence {

// Tenant schemas and their roles, with the tool's account.
class MySqlTenantSchemas final : public domain::TenantSchemas {
public:
    MySqlTenantSchemas(Connections& connections, const Migrator& migrator)  // references must outlive this
        : connections_(connections), migrator_(migrator) {}

    void bringUp(const domain::Tenant&) override;

private:
    Connections& connections_;
    const Migrator& migrator_;
};

}  // namespace claviger::persistence

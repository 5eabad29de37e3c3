#pragma once

#include "domain/tenants/tenant_registry.h"
#include "persistence/connection/transactions.h"
#include "persistence/schema/migrator.h"

namespace claviger::persistence {

// Tenant schemas and their roles, with the tool's account. Thread-safe.
class MySqlTenantSchemas final : public domain::TenantSchemas {
public:
    // References must outlive this.
    MySqlTenantSchemas(Connections& connections, Transactions& transactions, const Migrator& migrator)
        : connections_(connections), transactions_(transactions), migrator_(migrator) {}

    int bringUp(const domain::Tenant&) override;
    void refuseUnfit(const domain::Tenant&) const override;

    // The role, what it may do, and the workers' right to take it.
    void grant(const domain::Tenant&) const;

private:
    Connections& connections_;
    Transactions& transactions_;
    const Migrator& migrator_;
};

}  // namespace claviger::persistence

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

    void grantPruning(const domain::Tenant&) const override;

    // Makes the tenant's role and that of the release before, and lets the workers take both. Gives both the rights of
    // grants.h, and revokes the schema-wide ones of the release before. Gives the rights of `claviger prune` too. Safe
    // to run again.
    void grant(const domain::Tenant&) const;

    // Takes the rights of `claviger prune` back: they would outlive the tenant's tables.
    void revokePruning(const domain::Tenant&) const;

private:
    Connections& connections_;
    Transactions& transactions_;
    const Migrator& migrator_;
};

}  // namespace claviger::persistence

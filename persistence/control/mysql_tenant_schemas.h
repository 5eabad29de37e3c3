#pragma once

#include "domain/ports/control/tenant_registry.h"
#include "domain/ports/control/tenant_schemas.h"
#include "persistence/connection/transactions.h"
#include "persistence/schema/migrator.h"

namespace claviger::persistence {

// Tenant schemas and their roles, with the tool's account. Every method throws domain::StorageUnavailable, and
// DatabaseError if the server refuses a statement. Thread-safe.
class MySqlTenantSchemas final : public domain::TenantSchemas {
public:
    // References must outlive this.
    MySqlTenantSchemas(Connections& connections, Transactions& transactions, const Migrator& migrator)
        : connections_(connections), transactions_(transactions), migrator_(migrator) {}

    int bringUp(const domain::Tenant&) override;
    void refuseUnfit(const domain::Tenant&) const override;

    std::set<domain::TenantId> lackingPruning(const std::vector<domain::Tenant>&) const override;
    void grantPruning(const domain::Tenant&) const override;

    // Creates the tenant's role and that of the previous release, and lets the workers take both. Grants both the
    // rights of grants.h, and revokes the schema-wide rights of the previous release. Grants the rights of
    // `claviger prune` too. Safe to run again.
    void grant(const domain::Tenant&) const;

    // Revokes the rights of `claviger prune`, which would outlive the tenant's tables. Ignores refusals by the server:
    // the account may have no rights there.
    void revokePruning(const domain::Tenant&) const;

private:
    void grantWorkers(const domain::Tenant&) const;

    Connections& connections_;
    Transactions& transactions_;
    const Migrator& migrator_;
};

}  // namespace claviger::persistence

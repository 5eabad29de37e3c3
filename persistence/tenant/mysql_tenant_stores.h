#pragma once

#include "domain/stores/tenant_stores.h"
#include "persistence/connection/transactions.h"

namespace claviger::persistence {

// Units of work in tenants' schemas. The workers' account takes the tenant's role first, so that the database too
// refuses whatever is not this tenant's; the tool's account owns all schemas and takes none. Thread-safe.
class MySqlTenantStores final : public domain::TenantStores {
public:
    // References must outlive this.
    MySqlTenantStores(Connections& connections, Transactions& transactions)
        : connections_(connections), transactions_(transactions) {}

protected:
    domain::SettledAt runTransaction(const domain::Tenant&,
                                     const std::function<Ending(domain::TenantStore&)>&) override;
    void runRead(const domain::Tenant&, const std::function<void(const domain::TenantStore&)>&) const override;

private:
    std::optional<Identifier> roleFor(const domain::Tenant&) const;

    Connections& connections_;
    Transactions& transactions_;
};

}  // namespace claviger::persistence

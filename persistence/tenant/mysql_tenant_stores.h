#pragma once

#include "domain/ports/tenant/tenant_stores.h"
#include "persistence/connection/transactions.h"

namespace claviger::persistence {

// Units of work in tenants' schemas. With the workers' account each takes the tenant's role first, so that the database
// also refuses access to other tenants. With the tool's account it takes none, since that account has rights on all
// schemas. transact() runs as Transactions::run says, read() as runReading() says. Thread-safe.
class MySqlTenantStores final : public domain::TenantStores {
public:
    // References must outlive this.
    MySqlTenantStores(Connections& connections, Transactions& transactions)
        : connections_(connections), transactions_(transactions) {}

protected:
    domain::Result<domain::EffectiveAt> runTransaction(const domain::Tenant&,
                                                       const std::function<Ending(domain::TenantStore&)>&) override;
    void runRead(const domain::Tenant&, const std::function<void(const domain::TenantStore&)>&) const override;

private:
    std::optional<Identifier> roleFor(const domain::Tenant&) const;

    Connections& connections_;
    Transactions& transactions_;
};

}  // namespace claviger::persistence

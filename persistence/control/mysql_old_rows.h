#pragma once

#include "domain/ports/control/old_rows.h"
#include "persistence/connection/transactions.h"

namespace claviger::persistence {

// Old rows of all tenants, with the account of `claviger prune` in its role (kPruneGrants).
class MySqlOldRows final : public domain::OldRowsStore {
public:
    // References must outlive this.
    MySqlOldRows(Connections& connections, Transactions& transactions)
        : connections_(connections), transactions_(transactions) {}

    std::vector<domain::Tenant> tenants() const override;
    std::uint64_t count(const domain::Tenant&, domain::OldRows, domain::Timestamp before) const override;
    std::uint64_t deleteSome(const domain::Tenant&, domain::OldRows, domain::Timestamp before) override;

private:
    Connections& connections_;
    Transactions& transactions_;
};

}  // namespace claviger::persistence

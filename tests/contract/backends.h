#pragma once

#include "persistence/tenant/mysql_tenant_stores.h"
#include "tests/support/in_memory_stores.h"
#include "tests/support/test_database.h"

namespace claviger::tests {

// The backends that a contract runs over. Each gives the stores, fresh tenants, and the number of audit rows, which no
// port reads.

class InMemoryBackend {
public:
    domain::TenantStores& stores() { return stores_; }
    domain::TenantStores& toolStores() { return stores_; }
    domain::Tenant makeTenant();
    std::size_t auditEvents(const domain::Tenant& tenant) { return stores_.data(tenant).audit.size(); }

private:
    InMemoryStores stores_;
};

class MySqlBackend {
public:
    // `stores` uses the workers' account. `toolStores` uses the tool's, for all that the workers have no right to.
    domain::TenantStores& stores() { return stores_; }
    domain::TenantStores& toolStores() { return toolStores_; }

    // Returns an empty tenant. It may be one of an earlier test, since a schema takes long to make and little to empty.
    domain::Tenant makeTenant();
    std::size_t auditEvents(const domain::Tenant& tenant) {
        return static_cast<std::size_t>(TestDatabase::instance().count(tenant, "audit_events"));
    }

private:
    persistence::MySqlTenantStores stores_{TestDatabase::instance().worker(), TestDatabase::instance().transactions()};
    persistence::MySqlTenantStores toolStores_{TestDatabase::instance().tool(),
                                               TestDatabase::instance().toolTransactions()};
    std::size_t given_ = 0;
};

}  // namespace claviger::tests

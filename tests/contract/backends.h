#pragma once

#include "persistence/tenant/mysql_tenant_stores.h"
#include "tests/support/in_memory_stores.h"
#include "tests/support/test_database.h"

namespace claviger::tests {

// What a contract runs over. A backend gives the stores, fresh tenants, and a look at the audit, which no port reads.

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
    // With the workers' account, and with the tool's for what the workers have no right to.
    domain::TenantStores& stores() { return stores_; }
    domain::TenantStores& toolStores() { return toolStores_; }

    // An empty one: a tenant of an earlier test, since a schema takes long to make and little to empty.
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

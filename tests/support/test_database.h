#pragma once

#include <cstdint>
#include <string>

#include "domain/base/clock.h"
#include "domain/tenants/tenant_service.h"
#include "persistence/connection/transactions.h"
#include "persistence/control/mysql_tenant_registry.h"
#include "persistence/control/mysql_tenant_schemas.h"
#include "persistence/schema/migrator.h"
#include "tests/support/raw_connection.h"

namespace claviger::tests {

// The configuration that TEST_CONFIG names. Without TEST_CONFIG it throws std::runtime_error, whose text says what to
// run.
const domain::Settings& testSettings();

// The private database of a test run, with the control schema migrated. Tests reach it with the account of the tool and
// with that of a worker. It is made at first use and exists until the process ends. Tenants are never dropped: the
// database is removed as a whole.
class TestDatabase {
public:
    static TestDatabase& instance();

    persistence::Connections& tool() { return tool_; }
    persistence::Connections& worker() { return worker_; }
    persistence::Transactions& toolTransactions() { return toolTransactions_; }
    persistence::Transactions& transactions() { return transactions_; }  // of a worker that maps no shared memory
    persistence::Migrator& migrator() { return migrator_; }
    persistence::MySqlTenantRegistry& registry() { return registry_; }
    persistence::MySqlTenantSchemas& schemas() { return schemas_; }

    // Makes a new tenant by the product's own code. Its host is its slug and ".test".
    domain::Tenant makeTenant();

    // Runs one statement with the tool's account. `{schema}` in it stands for the tenant's schema. Throws
    // std::runtime_error if it fails. Not thread-safe.
    void execute(const domain::Tenant&, std::string sql);
    RawConnection::Table query(const domain::Tenant&, std::string sql);

    // Returns how many rows match, e.g. count(tenant, "api_keys WHERE deleted_at IS NULL").
    std::int64_t count(const domain::Tenant&, const std::string& tableAndCondition);

private:
    TestDatabase();

    domain::SystemClock clock_;
    persistence::Connections tool_;
    persistence::Connections worker_;
    domain::NoFence fence_;
    persistence::Transactions toolTransactions_, transactions_;
    persistence::Migrator migrator_;
    persistence::MySqlTenantRegistry registry_;
    persistence::MySqlTenantSchemas schemas_;
    domain::TenantService tenants_;
};

// Returns a name that no other test has: "t-" and 16 hexadecimal digits, which is a valid slug.
std::string uniqueName();

}  // namespace claviger::tests

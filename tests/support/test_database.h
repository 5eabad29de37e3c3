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

// The configuration that TEST_CONFIG names. Throws std::runtime_error that says what to run, if there is none.
const domain::Settings& testSettings();

// The private database of a test run, with the control schema up, reached as the tool and as a worker reach it.
// Made at first use; lives to the end of the process. Tenants are never dropped: the database goes as a whole.
class TestDatabase {
public:
    static TestDatabase& instance();

    persistence::Connections& tool() { return tool_; }
    persistence::Connections& worker() { return worker_; }
    persistence::Transactions& toolTransactions() { return toolTransactions_; }
    persistence::Transactions& transactions() { return transactions_; }  // of a worker without a board
    persistence::Migrator& migrator() { return migrator_; }
    persistence::MySqlTenantRegistry& registry() { return registry_; }
    persistence::MySqlTenantSchemas& schemas() { return schemas_; }

    // A fresh tenant, made by the code that makes every tenant; its host is its slug and ".test".
    domain::Tenant makeTenant();

    // Statements of a test, as the tool's account; {schema} is the tenant's.
    void execute(const domain::Tenant&, std::string sql);
    RawConnection::Table query(const domain::Tenant&, std::string sql);

    // How many rows, e.g. count(tenant, "api_keys WHERE deleted_at IS NULL").
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

// A name that no other test has: "t-" and 16 hexadecimal digits, fit for a slug.
std::string uniqueName();

}  // namespace claviger::tests

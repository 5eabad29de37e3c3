// The tool's record of failed migrations. Its table is made by the first failure.

#include <algorithm>

#include "persistence/control/mysql_migration_failures.h"
#include "tests/contract/database/connection_fixture.h"
#include "tests/contract/samples.h"

namespace claviger::tests {

using persistence::MySqlMigrationFailures;

class MigrationFailuresTest : public ConnectionFixture {
    CPPUNIT_TEST_SUITE(MigrationFailuresTest);
    CPPUNIT_TEST(forgetsWhetherOrNotThereIsAFailureOrATable);
    CPPUNIT_TEST_SUITE_END();

    static bool isKnown(const MySqlMigrationFailures& failures, const domain::TenantId& tenant) {
        const auto all = failures.all();
        return std::any_of(all.begin(), all.end(), [&](const auto& failure) { return failure.tenant == tenant; });
    }

    // In a fresh database no test but this one makes the table.
    void forgetsWhetherOrNotThereIsAFailureOrATable() {
        MySqlMigrationFailures failures(database().tool());
        const auto tenant = domain::TenantId::make(kNoon);
        failures.clear(tenant);
        CPPUNIT_ASSERT(!isKnown(failures, tenant));

        failures.record({tenant, "migration 0003 is refused", kNoon});
        CPPUNIT_ASSERT(isKnown(failures, tenant));
        failures.clear(tenant);
        CPPUNIT_ASSERT(!isKnown(failures, tenant));
        failures.clear(tenant);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MigrationFailuresTest);

}  // namespace claviger::tests

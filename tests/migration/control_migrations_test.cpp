// The control schema, which the tests of a run share: brought up again and after crashes.

#include "tests/migration/migration_fixture.h"

namespace claviger::tests {

class ControlMigrationsTest : public MigrationFixture {
    CPPUNIT_TEST_SUITE(ControlMigrationsTest);
    CPPUNIT_TEST(hasTheLastVersion);
    CPPUNIT_TEST(runningAgainChangesNothing);
    CPPUNIT_TEST(aRunKilledBeforeItsBookkeepingIsFinished);
    CPPUNIT_TEST(anEditedMigrationIsRefused);
    CPPUNIT_TEST_SUITE_END();

    RawConnection::Table history() const {
        return database().query(tenant(), "SELECT version, name, checksum FROM claviger.schema_migrations");
    }

    void hasTheLastVersion() {
        CPPUNIT_ASSERT_EQUAL(database().migrator().newestControlVersion(), database().migrator().controlVersion());
    }

    void runningAgainChangesNothing() {
        const auto before = history();
        database().migrator().bringUpControl();
        CPPUNIT_ASSERT(before == history());
        CPPUNIT_ASSERT(database().registry().findBySlug(tenant().slug));
    }

    void aRunKilledBeforeItsBookkeepingIsFinished() {
        const auto before = history();
        database().execute(tenant(), "DELETE FROM claviger.schema_migrations");
        CPPUNIT_ASSERT_EQUAL(0, database().migrator().controlVersion());
        database().migrator().bringUpControl();
        CPPUNIT_ASSERT(before == history());
        CPPUNIT_ASSERT(database().registry().findBySlug(tenant().slug));
    }

    void anEditedMigrationIsRefused() {
        std::filesystem::copy_file(folder() / "control/0002_tenant_hosts.sql", folder() / "control/0001_tenants.sql",
                                   std::filesystem::copy_options::overwrite_existing);
        CPPUNIT_ASSERT_THROW(migrator().bringUpControl(), persistence::MigrationRefused);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ControlMigrationsTest);

}  // namespace claviger::tests

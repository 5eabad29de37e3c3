// Known devices in a number that only a release without a limit has left.

#include <cppunit/extensions/HelperMacros.h>

#include "persistence/tenant/mysql_tenant_stores.h"
#include "tests/contract/samples.h"
#include "tests/support/test_database.h"

namespace claviger::tests {
namespace {

class KnownDevicesTableTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(KnownDevicesTableTest);
    CPPUNIT_TEST(forgetsAllOfThemInAnyNumber);
    CPPUNIT_TEST_SUITE_END();

    void forgetsAllOfThemInAnyNumber() {
        auto& database = TestDatabase::instance();
        const auto tenant = database.makeTenant();
        persistence::MySqlTenantStores stores(database.tool(), database.toolTransactions());
        const auto ann = sampleAccount("ann@x.example"), bob = sampleAccount("bob@x.example");
        const auto change = [&](const auto& work) {
            CPPUNIT_ASSERT(stores
                               .transact<void>(tenant,
                                               [&](domain::TenantStore& store) -> domain::Result<void> {
                                                   work(store);
                                                   return {};
                                               })
                               .ok());
        };
        change([&](domain::TenantStore& store) {
            CPPUNIT_ASSERT(store.users().add(ann).ok() && store.users().add(bob).ok());
        });
        database.execute(tenant,
                         "INSERT INTO {schema}.known_devices (user_id, device_hash, first_seen_at, last_seen_at) "
                         "SELECT id, UNHEX(SHA2(seq, 256)), '2026-01-01', '2026-01-01' FROM {schema}.users "
                         "JOIN {schema}.seq_1_to_250");
        change([&](domain::TenantStore& store) { store.knownDevices().removeAllOf(ann.user.id); });
        CPPUNIT_ASSERT_EQUAL(std::int64_t{250}, database.count(tenant, "known_devices"));  // the other user's
        CPPUNIT_ASSERT_EQUAL(
            std::int64_t{250},
            database.count(tenant, "known_devices JOIN {schema}.users ON id = user_id AND email LIKE 'bob%'"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(KnownDevicesTableTest);

}  // namespace
}  // namespace claviger::tests

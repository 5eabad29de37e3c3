// The tenants and hosts of the control schema, as the tool writes them and the workers find them.

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <future>

#include "persistence/control/mysql_tenant_directory.h"
#include "tests/contract/samples.h"
#include "tests/support/test_database.h"

namespace claviger::tests {

using domain::ErrorCode;
using domain::HostName;
using domain::Tenant;

class RegistryTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RegistryTest);
    CPPUNIT_TEST(addsATenantWithItsHost);
    CPPUNIT_TEST(refusesATakenSlugAndChangesNothing);
    CPPUNIT_TEST(refusesATakenHostAndStoresNoTenant);
    CPPUNIT_TEST(refusesASchemaThatIsNoTenantsAndStoresNothing);
    CPPUNIT_TEST(addsAHostOnceAndAgain);
    CPPUNIT_TEST(listsTenantsBySlug);
    CPPUNIT_TEST(ofManyAtOnceOneGetsTheHost);
    CPPUNIT_TEST(suspendsAndResumesOneTenant);
    CPPUNIT_TEST(renamesOneTenantAndRefusesATakenSlug);
    CPPUNIT_TEST(findsATenantByHost);
    CPPUNIT_TEST(findsSuspendedTenantsToo);
    CPPUNIT_TEST(listsHostsWithTheirTenants);
    CPPUNIT_TEST(aTenantIsOpenWhileItsSchemaIsComplete);
    CPPUNIT_TEST(findsNothingForAnUnknownHost);
    CPPUNIT_TEST_SUITE_END();

    static TestDatabase& database() { return TestDatabase::instance(); }
    static auto& registry() { return database().registry(); }

    static HostName host(const std::string& name) { return HostName::parse(name + ".test").value(); }

    static Tenant sampleTenant() {
        const auto slug = domain::TenantSlug::parse(uniqueName()).value();
        return {domain::TenantId::make(kNoon), slug, "Caf\xC3\xA9 'n' \\ Co", domain::TenantStatus::kActive,
                domain::SchemaName::of(slug),  0};
    }

    static void suspend(const Tenant& tenant) {
        database().execute(
            tenant, "UPDATE claviger.tenants SET status = 'suspended' WHERE slug = '" + tenant.slug.text() + "'");
    }

    void addsATenantWithItsHost() {
        const auto tenant = sampleTenant();
        CPPUNIT_ASSERT(registry().add(tenant, host(tenant.slug.text()), kNoon).ok());

        const auto found = registry().findBySlug(tenant.slug);

        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT(found->id == tenant.id);
        CPPUNIT_ASSERT_EQUAL(tenant.name, found->name);
        CPPUNIT_ASSERT(found->status == domain::TenantStatus::kActive);
        CPPUNIT_ASSERT_EQUAL(tenant.schema.text(), found->schema.text());
        CPPUNIT_ASSERT_EQUAL(0, found->schemaVersion);
        CPPUNIT_ASSERT(registry().hostsOf(tenant.id) == std::vector{host(tenant.slug.text())});
    }

    void refusesATakenSlugAndChangesNothing() {
        const auto tenant = sampleTenant();
        CPPUNIT_ASSERT(registry().add(tenant, host(tenant.slug.text()), kNoon).ok());
        auto again = tenant;
        again.id = domain::TenantId::make(kNoon);
        const auto otherHost = host(uniqueName());

        const auto added = registry().add(again, otherHost, kNoon);

        CPPUNIT_ASSERT(!added.ok());
        CPPUNIT_ASSERT(added.error().code == ErrorCode::kTenantTaken);
        CPPUNIT_ASSERT(registry().findBySlug(tenant.slug)->id == tenant.id);
        CPPUNIT_ASSERT(!persistence::MySqlTenantDirectory(database().tool()).findByHost(otherHost));
    }

    void refusesATakenHostAndStoresNoTenant() {
        const auto first = sampleTenant();
        const auto second = sampleTenant();
        CPPUNIT_ASSERT(registry().add(first, host(first.slug.text()), kNoon).ok());

        const auto added = registry().add(second, host(first.slug.text()), kNoon);

        CPPUNIT_ASSERT(!added.ok());
        CPPUNIT_ASSERT(added.error().code == ErrorCode::kHostTaken);
        CPPUNIT_ASSERT(!registry().findBySlug(second.slug));
    }

    void refusesASchemaThatIsNoTenantsAndStoresNothing() {
        const auto tenant = sampleTenant();
        const persistence::Names schema{{"schema", persistence::Identifier::schema(tenant.schema)}};
        database().tool().borrow()->execute("CREATE SCHEMA {schema}", {}, schema);

        CPPUNIT_ASSERT(registry().hasSchema(tenant.schema));
        const auto added = registry().add(tenant, host(tenant.slug.text()), kNoon);

        CPPUNIT_ASSERT(!added.ok());
        CPPUNIT_ASSERT(added.error().code == ErrorCode::kTenantTaken);
        CPPUNIT_ASSERT(added.error().detail.find("no tenant's") != std::string::npos);
        CPPUNIT_ASSERT(!registry().findBySlug(tenant.slug));
        database().tool().borrow()->execute("DROP SCHEMA {schema}", {}, schema);
        CPPUNIT_ASSERT(!registry().hasSchema(tenant.schema));
        CPPUNIT_ASSERT(registry().add(tenant, host(tenant.slug.text()), kNoon).ok());
    }

    void addsAHostOnceAndAgain() {
        const auto first = database().makeTenant();
        const auto second = database().makeTenant();
        const auto more = host("a-" + uniqueName());
        CPPUNIT_ASSERT(registry().addHost(first.id, more, kNoon).ok());
        CPPUNIT_ASSERT(registry().addHost(first.id, more, kNoon).ok());
        CPPUNIT_ASSERT(registry().hostsOf(first.id) == (std::vector{more, host(first.slug.text())}));

        const auto stolen = registry().addHost(second.id, more, kNoon);

        CPPUNIT_ASSERT(!stolen.ok());
        CPPUNIT_ASSERT(stolen.error().code == ErrorCode::kHostTaken);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry().hostsOf(second.id).size());
        auto all = registry().hosts();
        CPPUNIT_ASSERT(all[first.id] == registry().hostsOf(first.id));
        CPPUNIT_ASSERT(all[second.id] == registry().hostsOf(second.id));
    }

    void listsTenantsBySlug() {
        for (int i = 0; i < 3; ++i) {
            const auto tenant = sampleTenant();
            CPPUNIT_ASSERT(registry().add(tenant, host(tenant.slug.text()), kNoon).ok());
        }
        const auto tenants = registry().list();
        CPPUNIT_ASSERT(tenants.size() >= 3);
        CPPUNIT_ASSERT(std::is_sorted(tenants.begin(), tenants.end(),
                                      [](const auto& a, const auto& b) { return a.slug < b.slug; }));
    }

    void ofManyAtOnceOneGetsTheHost() {
        const auto wanted = host(uniqueName());
        std::vector<std::future<bool>> runs;
        for (int i = 0; i < 8; ++i)
            runs.push_back(std::async(std::launch::async, [wanted, tenant = sampleTenant()] {
                return registry().add(tenant, wanted, kNoon).ok();
            }));
        for (auto& run : runs) run.wait();
        const auto added = std::count_if(runs.begin(), runs.end(), [](auto& run) { return run.get(); });
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{1}, added);
    }

    void suspendsAndResumesOneTenant() {
        const auto tenant = database().makeTenant(), other = database().makeTenant();
        registry().setStatus(tenant.id, domain::TenantStatus::kSuspended);
        CPPUNIT_ASSERT(registry().findBySlug(tenant.slug)->status == domain::TenantStatus::kSuspended);
        CPPUNIT_ASSERT(registry().findByHost(host(tenant.slug.text()))->status == domain::TenantStatus::kSuspended);
        CPPUNIT_ASSERT(registry().findBySlug(other.slug)->status == domain::TenantStatus::kActive);
        registry().setStatus(tenant.id, domain::TenantStatus::kActive);
        CPPUNIT_ASSERT(registry().findBySlug(tenant.slug)->status == domain::TenantStatus::kActive);
    }

    void renamesOneTenantAndRefusesATakenSlug() {
        const auto tenant = database().makeTenant(), other = database().makeTenant();
        const auto slug = domain::TenantSlug::parse(uniqueName()).value();
        CPPUNIT_ASSERT(registry().rename(tenant.id, slug, "Caf\xC3\xA9").ok());
        CPPUNIT_ASSERT_EQUAL(std::string("Caf\xC3\xA9"), registry().findBySlug(slug)->name);
        CPPUNIT_ASSERT_EQUAL(tenant.schema.text(), registry().findBySlug(slug)->schema.text());
        CPPUNIT_ASSERT(!registry().findBySlug(tenant.slug));

        const auto stolen = registry().rename(tenant.id, other.slug, "Stolen");

        CPPUNIT_ASSERT(!stolen.ok() && stolen.error().code == ErrorCode::kTenantTaken);
        CPPUNIT_ASSERT_EQUAL(std::string("Caf\xC3\xA9"), registry().findBySlug(slug)->name);
        CPPUNIT_ASSERT(registry().findBySlug(other.slug)->id == other.id);
    }

    void findsATenantByHost() {
        const auto tenant = database().makeTenant();
        const auto found = persistence::MySqlTenantDirectory(database().worker()).findByHost(host(tenant.slug.text()));
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT(found->id == tenant.id);
        CPPUNIT_ASSERT_EQUAL(database().migrator().newestTenantVersion(), found->schemaVersion);
    }

    void findsSuspendedTenantsToo() {
        const auto tenant = database().makeTenant();
        suspend(tenant);
        const auto found = persistence::MySqlTenantDirectory(database().worker()).findByHost(host(tenant.slug.text()));
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT(found->status == domain::TenantStatus::kSuspended);
    }

    void listsHostsWithTheirTenants() {
        const auto tenant = database().makeTenant();
        const persistence::MySqlTenantDirectory directory(database().worker());
        const auto all = directory.list(1'000'000);
        const auto found = std::find_if(all.begin(), all.end(),
                                        [&](const auto& each) { return each.host == host(tenant.slug.text()); });
        CPPUNIT_ASSERT(found != all.end());
        CPPUNIT_ASSERT(found->tenant->id == tenant.id);
        CPPUNIT_ASSERT_EQUAL(database().migrator().newestTenantVersion(), found->tenant->schemaVersion);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, directory.list(1).size());
    }

    void aTenantIsOpenWhileItsSchemaIsComplete() {
        const auto tenant = database().makeTenant();
        const persistence::MySqlTenantDirectory directory(database().worker());
        const auto setVersion = [&](int version) {
            database().execute(tenant, "UPDATE claviger.tenants SET schema_version = " + std::to_string(version) +
                                           " WHERE slug = '" + tenant.slug.text() + "'");
        };
        CPPUNIT_ASSERT(directory.isOpen(tenant.id));
        suspend(tenant);
        CPPUNIT_ASSERT(directory.isOpen(tenant.id));
        setVersion(0);
        CPPUNIT_ASSERT(!directory.isOpen(tenant.id));
        setVersion(tenant.schemaVersion);
        CPPUNIT_ASSERT(!directory.isOpen(domain::TenantId::make(domain::SystemClock().now())));
    }

    void findsNothingForAnUnknownHost() {
        CPPUNIT_ASSERT(!persistence::MySqlTenantDirectory(database().worker()).findByHost(host(uniqueName())));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RegistryTest);

}  // namespace claviger::tests

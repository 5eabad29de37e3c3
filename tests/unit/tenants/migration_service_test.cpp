#include "domain/tenants/migration_service.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

#include "domain/tenants/tenant_service.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/tenants/fake_registry.h"

namespace claviger::tests {
namespace {

using domain::HostName;
using domain::TenantSlug;

class MigrationServiceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MigrationServiceTest);
    CPPUNIT_TEST(knowsNoTenantsWithoutAControlSchema);
    CPPUNIT_TEST(bringsUpTheControlSchemaFirst);
    CPPUNIT_TEST(bringsUpWhoIsBehindAndNobodyElse);
    CPPUNIT_TEST(oneBadTenantDoesNotStopTheOthers);
    CPPUNIT_TEST(goesOnWhereItStopped);
    CPPUNIT_TEST(stopsWhenTheDatabaseIsGone);
    CPPUNIT_TEST(aLookAtTheStatusChangesNothing);
    CPPUNIT_TEST_SUITE_END();

    ManualClock clock_;
    FakeRegistry registry_;
    FakeSchemas schemas_{registry_};
    domain::MigrationService service_{registry_, schemas_, schemas_};

    // Three tenants of an earlier release.
    void makeTenantsBehind() {
        domain::TenantService tenants(registry_, schemas_, clock_);
        for (const std::string slug : {"acme", "globex", "initech"}) {
            const auto parsed = TenantSlug::parse(slug).value();
            CPPUNIT_ASSERT(tenants.create({parsed, HostName::parse(slug + ".example").value(), slug}).ok());
            registry_.tenants.at(parsed).schemaVersion = FakeSchemas::kNewest - 1;
        }
        schemas_.control = 2;
        schemas_.asked.clear();
    }

    void knowsNoTenantsWithoutAControlSchema() {
        const auto report = service_.status();
        CPPUNIT_ASSERT_EQUAL(0, report.control.version);
        CPPUNIT_ASSERT_EQUAL(2, report.control.newest);
        CPPUNIT_ASSERT(report.tenants.empty());
    }

    void bringsUpTheControlSchemaFirst() { CPPUNIT_ASSERT_EQUAL(2, service_.run().control.version); }

    void bringsUpWhoIsBehindAndNobodyElse() {
        makeTenantsBehind();
        registry_.tenants.at(TenantSlug::parse("globex").value()).schemaVersion = FakeSchemas::kNewest;
        const auto report = service_.run();
        CPPUNIT_ASSERT(schemas_.asked == (std::vector<std::string>{"acme", "initech"}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, report.tenants.size());
        for (const auto& [slug, state] : report.tenants) {
            CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest, state.version);
            CPPUNIT_ASSERT(state.failure.empty());
        }
    }

    void oneBadTenantDoesNotStopTheOthers() {
        makeTenantsBehind();
        schemas_.brokenAt = "globex";
        const auto report = service_.run();
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest, report.tenants.at(0).state.version);
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest - 1, report.tenants.at(1).state.version);
        CPPUNIT_ASSERT_EQUAL(std::string("migration 0003 is refused"), report.tenants.at(1).state.failure);
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest, report.tenants.at(2).state.version);
    }

    void goesOnWhereItStopped() {
        makeTenantsBehind();
        schemas_.brokenAt = "globex";
        (void)service_.run();
        schemas_.brokenAt.clear();
        schemas_.asked.clear();
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest, service_.run().tenants.at(1).state.version);
        CPPUNIT_ASSERT(schemas_.asked == std::vector<std::string>{"globex"});
    }

    void stopsWhenTheDatabaseIsGone() {
        makeTenantsBehind();
        schemas_.lostAt = "globex";
        CPPUNIT_ASSERT_THROW((void)service_.run(), domain::StorageUnavailable);
        CPPUNIT_ASSERT(schemas_.asked == (std::vector<std::string>{"acme", "globex"}));
    }

    void aLookAtTheStatusChangesNothing() {
        makeTenantsBehind();
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest - 1, service_.status().tenants.at(0).state.version);
        CPPUNIT_ASSERT(schemas_.asked.empty());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MigrationServiceTest);

}  // namespace
}  // namespace claviger::tests

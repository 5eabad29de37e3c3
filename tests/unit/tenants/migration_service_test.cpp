#include "domain/tenants/migration_service.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <string>

#include "domain/tenants/tenant_service.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/tenants/fake_registry.h"

namespace claviger::tests {
namespace {

using domain::HostName;
using domain::MigrationReport;
using domain::TenantSlug;
using domain::TenantState;

class MigrationServiceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MigrationServiceTest);
    CPPUNIT_TEST(knowsNoTenantsWithoutAControlSchema);
    CPPUNIT_TEST(bringsUpTheControlSchemaFirst);
    CPPUNIT_TEST(bringsUpWhoIsBehindAndNobodyElse);
    CPPUNIT_TEST(manyJobsBringUpEachTenantOnce);
    CPPUNIT_TEST(tellsOfEachTenantWhenItIsDone);
    CPPUNIT_TEST(oneBadTenantDoesNotStopTheOthers);
    CPPUNIT_TEST(aFailureIsRememberedUntilItIsFixed);
    CPPUNIT_TEST(aFailureOfATenantThatWasBroughtUpOtherwiseIsNoMore);
    CPPUNIT_TEST(goesOnWhereItStopped);
    CPPUNIT_TEST(stopsWhenTheDatabaseIsGone);
    CPPUNIT_TEST(aLookAtTheStatusChangesNothing);
    CPPUNIT_TEST(grantsPruningOnlyWhereItIsLacking);
    CPPUNIT_TEST(aRefusedGrantOfPruningIsReportedAndStopsNoOther);
    CPPUNIT_TEST(oneTenantAloneLeavesTheOthersBehind);
    CPPUNIT_TEST(anUnknownTenantIsRefusedAndNobodyIsBroughtUp);
    CPPUNIT_TEST(withNothingToDoTheOldestHistoryIsComparedAlone);
    CPPUNIT_TEST(anEditedFileIsFoundAndToldForEveryTenant);
    CPPUNIT_TEST(aHistoryThatAloneDoesNotFitIsFoundByACheckOfAll);
    CPPUNIT_TEST(aSchemaThatLacksWhatItsTenantShowsIsFound);
    CPPUNIT_TEST(theControlSchemaIsComparedByACheckOfAll);
    CPPUNIT_TEST(aPlanHoldsWhatIsPendingAndChangesNothing);
    CPPUNIT_TEST(aPlanTellsWhatARunWouldReport);
    CPPUNIT_TEST(aPlanOfOneTenantNamesNoOther);
    CPPUNIT_TEST_SUITE_END();

    ManualClock clock_;
    FakeRegistry registry_;
    FakeSchemas schemas_{registry_};
    domain::MigrationService service_{registry_, schemas_, schemas_, schemas_, clock_};

    static TenantSlug slug(const std::string& text) { return TenantSlug::parse(text).value(); }

    void makeTenants(const std::vector<std::string>& slugs = {"acme", "globex", "initech"}) {
        domain::TenantService tenants(registry_, schemas_, clock_);
        for (const auto& text : slugs) {
            CPPUNIT_ASSERT(tenants.create({slug(text), HostName::parse(text + ".example").value(), text}).ok());
            clock_.advance(std::chrono::seconds{1});
        }
        schemas_.control = 2;
        schemas_.asked.clear();
    }

    // Tenants of an earlier release.
    void makeTenantsBehind() {
        makeTenants();
        for (auto& [name, tenant] : registry_.tenants) tenant.schemaVersion = FakeSchemas::kNewest - 1;
    }

    MigrationReport run(const domain::MigrationOrder& order = {}) { return service_.run(order).value(); }

    void knowsNoTenantsWithoutAControlSchema() {
        const auto report = service_.status().value();
        CPPUNIT_ASSERT_EQUAL(0, report.control.version);
        CPPUNIT_ASSERT_EQUAL(2, report.control.newest);
        CPPUNIT_ASSERT(report.tenants.empty());
    }

    void bringsUpTheControlSchemaFirst() { CPPUNIT_ASSERT_EQUAL(2, run().control.version); }

    void bringsUpWhoIsBehindAndNobodyElse() {
        makeTenantsBehind();
        registry_.tenants.at(slug("globex")).schemaVersion = FakeSchemas::kNewest;
        const auto report = run();
        CPPUNIT_ASSERT(schemas_.asked == (std::vector<std::string>{"acme", "initech"}));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, report.tenants.size());
        for (const auto& [name, state] : report.tenants) {
            CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest, state.version);
            CPPUNIT_ASSERT(state.failure.empty());
        }
    }

    void manyJobsBringUpEachTenantOnce() {
        makeTenantsBehind();
        run({.jobs = 8});
        std::sort(schemas_.asked.begin(), schemas_.asked.end());
        CPPUNIT_ASSERT(schemas_.asked == (std::vector<std::string>{"acme", "globex", "initech"}));
    }

    void tellsOfEachTenantWhenItIsDone() {
        makeTenantsBehind();
        schemas_.brokenAt = "globex";
        std::vector<std::string> told;
        const auto done = service_.run({}, [&](const TenantState& tenant, std::size_t count, std::size_t all) {
            told.push_back(std::to_string(count) + "/" + std::to_string(all) + " " + tenant.slug.text() +
                           (tenant.state.failure.empty() ? "" : "!"));
        });
        CPPUNIT_ASSERT(done.ok());
        CPPUNIT_ASSERT(told == (std::vector<std::string>{"1/3 acme", "2/3 globex!", "3/3 initech"}));
    }

    void oneBadTenantDoesNotStopTheOthers() {
        makeTenantsBehind();
        schemas_.brokenAt = "globex";
        const auto report = run();
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest, report.tenants.at(0).state.version);
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest - 1, report.tenants.at(1).state.version);
        CPPUNIT_ASSERT_EQUAL(std::string("migration 0003 is refused"), report.tenants.at(1).state.failure);
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest, report.tenants.at(2).state.version);
    }

    void aFailureIsRememberedUntilItIsFixed() {
        makeTenantsBehind();
        schemas_.brokenAt = "globex";
        run();
        const auto failed = service_.status().value();
        CPPUNIT_ASSERT_EQUAL(std::string("migration 0003 is refused"), failed.tenants.at(1).state.failure);
        CPPUNIT_ASSERT(failed.tenants.at(0).state.failure.empty());
        schemas_.brokenAt.clear();
        run();
        CPPUNIT_ASSERT(service_.status().value().tenants.at(1).state.failure.empty());
        CPPUNIT_ASSERT(schemas_.remembered.empty());
    }

    void aFailureOfATenantThatWasBroughtUpOtherwiseIsNoMore() {
        makeTenantsBehind();
        schemas_.brokenAt = "globex";
        run();
        registry_.tenants.at(slug("globex")).schemaVersion = FakeSchemas::kNewest;
        CPPUNIT_ASSERT(service_.status().value().tenants.at(1).state.failure.empty());
    }

    void goesOnWhereItStopped() {
        makeTenantsBehind();
        schemas_.brokenAt = "globex";
        run();
        schemas_.brokenAt.clear();
        schemas_.asked.clear();
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest, run().tenants.at(1).state.version);
        CPPUNIT_ASSERT(schemas_.asked == std::vector<std::string>{"globex"});
    }

    void stopsWhenTheDatabaseIsGone() {
        makeTenantsBehind();
        schemas_.lostAt = "globex";
        CPPUNIT_ASSERT_THROW((void)service_.run(), domain::StorageUnavailable);
        CPPUNIT_ASSERT(schemas_.asked == (std::vector<std::string>{"acme", "globex"}));
        CPPUNIT_ASSERT(schemas_.remembered.empty());
    }

    void aLookAtTheStatusChangesNothing() {
        makeTenantsBehind();
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest - 1, service_.status().value().tenants.at(0).state.version);
        CPPUNIT_ASSERT(schemas_.asked.empty());
    }

    void grantsPruningOnlyWhereItIsLacking() {
        makeTenants();
        registry_.tenants.at(slug("acme")).schemaVersion = FakeSchemas::kNewest - 1;
        run();
        CPPUNIT_ASSERT(schemas_.granted.empty());
        schemas_.unpruned = {"acme", "initech"};
        run();
        CPPUNIT_ASSERT(schemas_.granted == (std::vector<std::string>{"acme", "initech"}));
    }

    void aRefusedGrantOfPruningIsReportedAndStopsNoOther() {
        makeTenants();
        schemas_.unpruned = {"acme", "globex", "initech"};
        schemas_.brokenAt = "globex";
        const auto report = run();
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, schemas_.granted.size());
        CPPUNIT_ASSERT_EQUAL(std::string("the grant is refused"), report.tenants.at(1).state.failure);
        CPPUNIT_ASSERT(report.tenants.at(2).state.failure.empty());
    }

    void oneTenantAloneLeavesTheOthersBehind() {
        makeTenantsBehind();
        const auto report = run({.tenant = slug("globex")});
        CPPUNIT_ASSERT(schemas_.asked == std::vector<std::string>{"globex"});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, report.tenants.size());
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest - 1, service_.status().value().tenants.at(0).state.version);
    }

    void anUnknownTenantIsRefusedAndNobodyIsBroughtUp() {
        makeTenantsBehind();
        const domain::MigrationOrder order{.tenant = slug("nobody")};
        const auto refused = domain::ErrorCode::kTenantNotFound;
        CPPUNIT_ASSERT(service_.run(order).error().code == refused);
        CPPUNIT_ASSERT(service_.status(order).error().code == refused);
        CPPUNIT_ASSERT(service_.plan(order).error().code == refused);
        CPPUNIT_ASSERT(schemas_.asked.empty());
    }

    void withNothingToDoTheOldestHistoryIsComparedAlone() {
        makeTenants({"initech", "acme", "globex"});
        run();
        CPPUNIT_ASSERT(schemas_.compared == std::vector<std::string>{"claviger_t_initech"});
        CPPUNIT_ASSERT(schemas_.asked.empty());
    }

    void anEditedFileIsFoundAndToldForEveryTenant() {
        makeTenants();
        schemas_.edited = true;
        const auto report = run({.jobs = 2});
        for (const auto& tenant : report.tenants)
            CPPUNIT_ASSERT(tenant.state.failure.find("was edited") != std::string::npos);
    }

    void aHistoryThatAloneDoesNotFitIsFoundByACheckOfAll() {
        makeTenants();
        schemas_.editedFor = "claviger_t_globex";
        for (const auto& report : {run({.compared = domain::Histories::kOfAll}),
                                   service_.status({.compared = domain::Histories::kOfAll}).value()}) {
            CPPUNIT_ASSERT(report.tenants.at(0).state.failure.empty());
            CPPUNIT_ASSERT(!report.tenants.at(1).state.failure.empty());
            CPPUNIT_ASSERT(report.tenants.at(2).state.failure.empty());
        }
    }

    void aSchemaThatLacksWhatItsTenantShowsIsFound() {
        makeTenants();
        schemas_.lostSchema = "claviger_t_globex";
        const auto report = service_.status({.compared = domain::Histories::kOfAll}).value();
        CPPUNIT_ASSERT(report.tenants.at(0).state.failure.empty());
        CPPUNIT_ASSERT(report.tenants.at(1).state.failure.find("0001_change has not run") != std::string::npos);
        CPPUNIT_ASSERT(run().tenants.at(1).state.failure.empty());
        schemas_.lostSchema = "claviger_t_acme";  // the oldest
        CPPUNIT_ASSERT(!run().tenants.at(0).state.failure.empty());
        CPPUNIT_ASSERT(schemas_.asked.empty());
    }

    void theControlSchemaIsComparedByACheckOfAll() {
        makeTenants();
        const domain::MigrationOrder all{.compared = domain::Histories::kOfAll};
        CPPUNIT_ASSERT(service_.status(all).value().control.failure.empty());
        schemas_.controlEdited = true;
        CPPUNIT_ASSERT(service_.status(all).value().control.failure.find("was edited") != std::string::npos);
    }

    void aPlanHoldsWhatIsPendingAndChangesNothing() {
        makeTenantsBehind();
        registry_.tenants.at(slug("acme")).schemaVersion = FakeSchemas::kNewest;
        schemas_.control = 1;
        schemas_.editedFor = "claviger_t_initech";
        const auto plans = service_.plan().value();
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, plans.size());
        CPPUNIT_ASSERT(!plans.at(0).tenant);
        CPPUNIT_ASSERT_EQUAL(std::string("DO 2"), plans.at(0).pending.at(0).sql);
        CPPUNIT_ASSERT_EQUAL(std::string("globex"), plans.at(1).tenant->text());
        CPPUNIT_ASSERT_EQUAL(std::string("0003_change"), plans.at(1).pending.at(0).name);
        CPPUNIT_ASSERT(plans.at(2).pending.empty() && !plans.at(2).failure.empty());
        CPPUNIT_ASSERT_EQUAL(1, schemas_.control);
        CPPUNIT_ASSERT(schemas_.asked.empty());
    }

    void aPlanTellsWhatARunWouldReport() {
        makeTenants();
        schemas_.editedFor = "claviger_t_globex";
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, service_.plan().value().size());
        const auto compared = service_.plan({.compared = domain::Histories::kOfAll}).value();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, compared.size());
        CPPUNIT_ASSERT(!compared.at(1).failure.empty());
        schemas_.edited = true;
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, service_.plan().value().size());
        schemas_.edited = false;
        schemas_.editedFor.clear();
        schemas_.halfDropped = "acme";
        registry_.tenants.at(slug("acme")).schemaVersion = 0;
        const auto half = service_.plan().value();
        CPPUNIT_ASSERT(half.at(1).pending.empty() && !half.at(1).failure.empty());
        CPPUNIT_ASSERT(schemas_.asked.empty());
    }

    void aPlanOfOneTenantNamesNoOther() {
        makeTenantsBehind();
        const auto plans = service_.plan({.tenant = slug("initech")}).value();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, plans.size());
        CPPUNIT_ASSERT_EQUAL(std::string("initech"), plans.at(1).tenant->text());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MigrationServiceTest);

}  // namespace
}  // namespace claviger::tests

#include "domain/tenants/tenant_service.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

#include "tests/support/manual_clock.h"
#include "tests/support/refusals.h"
#include "tests/unit/tenants/fake_registry.h"

namespace claviger::tests {
namespace {

using domain::Created;
using domain::ErrorCode;
using domain::HostName;
using domain::NewTenant;
using domain::TenantSlug;
using domain::TenantStatus;

class TenantServiceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(TenantServiceTest);
    CPPUNIT_TEST(createsATenantWithItsHostAndSchema);
    CPPUNIT_TEST(isAlreadySoWhenRunAgain);
    CPPUNIT_TEST(finishesWhatACrashLeftUndone);
    CPPUNIT_TEST(addsAnotherHostWhenRunAgainWithIt);
    CPPUNIT_TEST(refusesAnotherNameForTheSlugAndChangesNothing);
    CPPUNIT_TEST(refusesTheHostOfAnotherTenantAndCreatesNothing);
    CPPUNIT_TEST(refusesTheHostOfAnotherTenantForAnExistingOne);
    CPPUNIT_TEST(listsBySlugWithHosts);
    CPPUNIT_TEST(showsNothingForAnUnknownSlug);
    CPPUNIT_TEST(takesOverNoSchemaOfNobodys);
    CPPUNIT_TEST(aPlanSaysWhatCreateWouldAndChangesNothing);
    CPPUNIT_TEST(makesNoSchemaInPlaceOfALostOneAndChangesNothing);
    CPPUNIT_TEST(suspendsAndResumesAndIsThenAlreadySo);
    CPPUNIT_TEST(renamesBySlugAndByNameAndKeepsTheRest);
    CPPUNIT_TEST(refusesTheSlugOfAnotherTenantAndRenamesNothing);
    CPPUNIT_TEST(refusesASlugWhoseSchemaARenamedTenantHas);
    CPPUNIT_TEST(changesNoUnknownTenant);
    CPPUNIT_TEST_SUITE_END();

    ManualClock clock_;
    FakeRegistry registry_;
    FakeSchemas schemas_{registry_};
    domain::TenantService service_{registry_, schemas_, clock_};

    static TenantSlug slug(const std::string& text) { return TenantSlug::parse(text).value(); }
    static NewTenant wanted(const std::string& text, const std::string& host, const std::string& name) {
        return {slug(text), HostName::parse(host).value(), name};
    }

    void createsATenantWithItsHostAndSchema() {
        const auto made = service_.create(wanted("acme", "acme.example", "Acme Inc")).value();
        CPPUNIT_ASSERT(made.created == Created::kNow);
        CPPUNIT_ASSERT_EQUAL(1, registry_.hostWrites);
        const auto& tenant = made.details.tenant;
        CPPUNIT_ASSERT_EQUAL(std::string("Acme Inc"), tenant.name);
        CPPUNIT_ASSERT_EQUAL(std::string("claviger_t_acme"), tenant.schema.text());
        CPPUNIT_ASSERT(tenant.status == TenantStatus::kActive);
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest, tenant.schemaVersion);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, made.details.hosts.size());
    }

    void isAlreadySoWhenRunAgain() {
        const auto first = service_.create(wanted("acme", "acme.example", "Acme Inc")).value();
        const auto again = service_.create(wanted("acme", "ACME.example", "Acme Inc")).value();
        CPPUNIT_ASSERT(again.created == Created::kBefore);
        CPPUNIT_ASSERT(again.details.tenant.id == first.details.tenant.id);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, again.details.hosts.size());
        CPPUNIT_ASSERT(schemas_.granted == std::vector<std::string>{"acme"});  // once: bringUp grants at the first time
    }

    void finishesWhatACrashLeftUndone() {
        schemas_.lostAt = "acme";
        CPPUNIT_ASSERT_THROW((void)service_.create(wanted("acme", "acme.example", "Acme Inc")),
                             domain::StorageUnavailable);
        CPPUNIT_ASSERT_EQUAL(0, service_.show(slug("acme")).value().tenant.schemaVersion);
        schemas_.lostAt.clear();
        const auto again = service_.create(wanted("acme", "acme.example", "Acme Inc")).value();
        CPPUNIT_ASSERT_EQUAL(FakeSchemas::kNewest, again.details.tenant.schemaVersion);
    }

    void addsAnotherHostWhenRunAgainWithIt() {
        CPPUNIT_ASSERT(!service_.create(wanted("acme", "acme.example", "Acme Inc")).value().hostAdded);
        const auto more = wanted("acme", "acme.test", "Acme Inc");
        CPPUNIT_ASSERT(service_.plan(more).value().hostAdded);
        const auto again = service_.create(more).value();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, again.details.hosts.size());
        CPPUNIT_ASSERT(again.hostAdded);
        CPPUNIT_ASSERT(!service_.plan(more).value().hostAdded && !service_.create(more).value().hostAdded);
    }

    void refusesAnotherNameForTheSlugAndChangesNothing() {
        CPPUNIT_ASSERT(service_.create(wanted("acme", "acme.example", "Acme Inc")).ok());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTenantTaken, service_.create(wanted("acme", "acme.test", "Other"))));
        CPPUNIT_ASSERT_EQUAL(std::string("Acme Inc"), service_.show(slug("acme")).value().tenant.name);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry_.owners.size());
    }

    void refusesTheHostOfAnotherTenantAndCreatesNothing() {
        CPPUNIT_ASSERT(service_.create(wanted("acme", "acme.example", "Acme Inc")).ok());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kHostTaken, service_.create(wanted("globex", "acme.example", "Globex"))));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry_.tenants.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, schemas_.asked.size());
    }

    void refusesTheHostOfAnotherTenantForAnExistingOne() {
        CPPUNIT_ASSERT(service_.create(wanted("acme", "acme.example", "Acme Inc")).ok());
        CPPUNIT_ASSERT(service_.create(wanted("globex", "globex.example", "Globex")).ok());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kHostTaken, service_.create(wanted("globex", "acme.example", "Globex"))));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, service_.show(slug("globex")).value().hosts.size());
    }

    void listsBySlugWithHosts() {
        CPPUNIT_ASSERT(service_.create(wanted("globex", "globex.example", "Globex")).ok());
        CPPUNIT_ASSERT(service_.create(wanted("acme", "acme.example", "Acme Inc")).ok());
        const auto all = service_.list();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, all.size());
        CPPUNIT_ASSERT_EQUAL(std::string("acme"), all[0].tenant.slug.text());
        CPPUNIT_ASSERT_EQUAL(std::string("acme.example"), all[0].hosts.at(0).text());
    }

    void takesOverNoSchemaOfNobodys() {
        registry_.foreignSchema = "claviger_t_acme";
        const auto acme = wanted("acme", "acme.example", "Acme Inc");
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTenantTaken, service_.plan(acme)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTenantTaken, service_.create(acme)));
        CPPUNIT_ASSERT(registry_.tenants.empty() && registry_.owners.empty() && schemas_.asked.empty());
    }

    void aPlanSaysWhatCreateWouldAndChangesNothing() {
        const auto acme = wanted("acme", "acme.example", "Acme Inc");
        CPPUNIT_ASSERT(service_.plan(acme).value().created == Created::kNow);
        CPPUNIT_ASSERT(registry_.tenants.empty() && registry_.owners.empty() && schemas_.asked.empty());

        CPPUNIT_ASSERT(service_.create(acme).ok());
        CPPUNIT_ASSERT(service_.plan(acme).value().created == Created::kBefore);
        const auto more = service_.plan(wanted("acme", "acme.test", "Acme Inc")).value();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, more.details.hosts.size());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTenantTaken, service_.plan(wanted("acme", "acme.example", "Other"))));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kHostTaken, service_.plan(wanted("globex", "acme.example", "Globex"))));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry_.tenants.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry_.owners.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, schemas_.asked.size());

        schemas_.halfDropped = "acme";
        CPPUNIT_ASSERT_THROW((void)service_.plan(acme), domain::MigrationRefused);
        CPPUNIT_ASSERT_THROW((void)service_.create(acme), domain::MigrationRefused);
    }

    void makesNoSchemaInPlaceOfALostOneAndChangesNothing() {
        CPPUNIT_ASSERT(service_.create(wanted("acme", "acme.example", "Acme Inc")).ok());
        schemas_.lostSchema = "claviger_t_acme";
        const auto more = wanted("acme", "acme.test", "Acme Inc");
        CPPUNIT_ASSERT_THROW((void)service_.plan(more), domain::SchemaLost);
        CPPUNIT_ASSERT_THROW((void)service_.create(more), domain::SchemaLost);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry_.owners.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, schemas_.asked.size());
    }

    void suspendsAndResumesAndIsThenAlreadySo() {
        CPPUNIT_ASSERT(service_.create(wanted("acme", "acme.example", "Acme Inc")).ok());
        for (const auto status : {TenantStatus::kSuspended, TenantStatus::kActive}) {
            const auto changed = service_.setStatus(slug("acme"), status).value();
            CPPUNIT_ASSERT(changed.changed && changed.details.tenant.status == status);
            CPPUNIT_ASSERT(service_.show(slug("acme")).value().tenant.status == status);
            CPPUNIT_ASSERT(!service_.setStatus(slug("acme"), status).value().changed);
        }
    }

    void renamesBySlugAndByNameAndKeepsTheRest() {
        const auto before = service_.create(wanted("acme", "acme.example", "Acme Inc")).value().details;
        CPPUNIT_ASSERT(service_.rename(slug("acme"), {}, "Acme Limited").value().changed);
        CPPUNIT_ASSERT(service_.rename(slug("acme"), slug("acme-eu"), {}).value().changed);
        CPPUNIT_ASSERT(!service_.rename(slug("acme-eu"), slug("acme-eu"), "Acme Limited").value().changed);

        const auto after = service_.show(slug("acme-eu")).value();

        CPPUNIT_ASSERT_EQUAL(std::string("Acme Limited"), after.tenant.name);
        CPPUNIT_ASSERT(after.tenant.id == before.tenant.id && after.hosts == before.hosts);
        CPPUNIT_ASSERT_EQUAL(before.tenant.schema.text(), after.tenant.schema.text());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTenantNotFound, service_.show(slug("acme"))));
    }

    void refusesTheSlugOfAnotherTenantAndRenamesNothing() {
        CPPUNIT_ASSERT(service_.create(wanted("acme", "acme.example", "Acme Inc")).ok());
        CPPUNIT_ASSERT(service_.create(wanted("globex", "globex.example", "Globex")).ok());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTenantTaken, service_.rename(slug("acme"), slug("globex"), "Other")));
        CPPUNIT_ASSERT_EQUAL(std::string("Acme Inc"), service_.show(slug("acme")).value().tenant.name);
        CPPUNIT_ASSERT_EQUAL(std::string("Globex"), service_.show(slug("globex")).value().tenant.name);
    }

    void refusesASlugWhoseSchemaARenamedTenantHas() {
        CPPUNIT_ASSERT(service_.create(wanted("acme", "acme.example", "Acme Inc")).ok());
        CPPUNIT_ASSERT(service_.rename(slug("acme"), slug("globex"), {}).ok());
        const auto again = wanted("acme", "acme.test", "Acme Again");
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTenantTaken, service_.plan(again)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTenantTaken, service_.create(again)));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, registry_.tenants.size());
    }

    void changesNoUnknownTenant() {
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kTenantNotFound, service_.setStatus(slug("acme"), TenantStatus::kActive)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTenantNotFound, service_.rename(slug("acme"), {}, "Acme")));
        CPPUNIT_ASSERT(registry_.tenants.empty());
    }

    void showsNothingForAnUnknownSlug() {
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTenantNotFound, service_.show(slug("acme"))));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TenantServiceTest);

}  // namespace
}  // namespace claviger::tests

#include "domain/tenants/prune_service.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "tests/support/manual_clock.h"
#include "tests/support/refusals.h"

namespace claviger::tests {
namespace {

using domain::ErrorCode;
using domain::OldRows;
using domain::PruneOrder;
using domain::Tenant;
using domain::TenantSlug;
using domain::Timestamp;
using std::chrono::days;

// Counts of rows, without regard to their age. Records the bounds that it was called with.
class FakeOldRows final : public domain::OldRowsStore {
public:
    std::vector<Tenant> tenants() const override { return known; }
    std::uint64_t count(const Tenant& tenant, OldRows rows, Timestamp before) const override {
        bounds[rows] = before;
        return left.at({tenant.slug, rows});
    }
    std::uint64_t deleteSome(const Tenant& tenant, OldRows rows, Timestamp before) override {
        if (tenant.slug.text() == refused) throw std::runtime_error("refused");
        bounds[rows] = before;
        auto& rest = left[{tenant.slug, rows}];
        const auto some = std::min(rest, kMostAtOnce);
        rest -= some;
        return some;
    }

    void add(const std::string& slug, OldRows rows, std::uint64_t count) {
        const auto parsed = TenantSlug::parse(slug).value();
        if (known.empty() || known.back().slug != parsed)
            known.push_back({domain::TenantId::make(ManualClock::kStart), parsed, slug, domain::TenantStatus::kActive,
                             domain::SchemaName::of(parsed), 1});
        left[{parsed, rows}] = count;
    }
    std::uint64_t leftOf(const std::string& slug, OldRows rows) const {
        return left.at({TenantSlug::parse(slug).value(), rows});
    }

    std::vector<Tenant> known;
    std::map<std::pair<TenantSlug, OldRows>, std::uint64_t> left;
    mutable std::map<OldRows, Timestamp> bounds;
    std::string refused;
};

class PruneServiceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PruneServiceTest);
    CPPUNIT_TEST(deletesAllOldRowsInBatchesAndRestsBetweenThem);
    CPPUNIT_TEST(deletesOnlyTheKindsOfTheOrder);
    CPPUNIT_TEST(refusesATimeThatIsTooShortAndDeletesNothing);
    CPPUNIT_TEST(aDryRunCountsAndDeletesNothing);
    CPPUNIT_TEST(namesATenantThatFailsAndDoesTheOthers);
    CPPUNIT_TEST(prunesOnlyTheTenantOfTheOrder);
    CPPUNIT_TEST(refusesATenantThatIsNotThere);
    CPPUNIT_TEST_SUITE_END();

    FakeOldRows rows_;
    ManualClock clock_;
    int rests_ = 0;
    domain::PruneService service_{rows_, clock_, [this](std::chrono::microseconds) { ++rests_; }};

public:
    void setUp() override {
        rows_ = {};
        rests_ = 0;
        for (const auto* slug : {"acme", "globex"}) {
            rows_.add(slug, OldRows::kSessions, 2500);
            rows_.add(slug, OldRows::kAuditEvents, 7);
        }
    }

private:
    static PruneOrder sessionsOf30Days() { return {{{OldRows::kSessions, days(30)}}, {}, false}; }

    void deletesAllOldRowsInBatchesAndRestsBetweenThem() {
        const auto pruned = service_.prune(sessionsOf30Days()).value();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, pruned.size());
        for (const auto& tenant : pruned) CPPUNIT_ASSERT_EQUAL(std::uint64_t{2500}, tenant.rows.at(OldRows::kSessions));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, rows_.leftOf("acme", OldRows::kSessions));
        CPPUNIT_ASSERT(rows_.bounds.at(OldRows::kSessions) == clock_.now() - days(30));
        CPPUNIT_ASSERT_EQUAL(4, rests_);
    }

    void deletesOnlyTheKindsOfTheOrder() {
        service_.prune(sessionsOf30Days()).value();
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, rows_.leftOf("acme", OldRows::kAuditEvents));
    }

    void refusesATimeThatIsTooShortAndDeletesNothing() {
        for (const auto rows : domain::kAllOldRows) {
            auto order = sessionsOf30Days();
            order.kept[rows] = leastKept(rows) - days(1);
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kInvalidArgument, service_.prune(order)));
        }
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2500}, rows_.leftOf("acme", OldRows::kSessions));
    }

    void aDryRunCountsAndDeletesNothing() {
        auto order = sessionsOf30Days();
        order.dryRun = true;
        const auto pruned = service_.prune(order).value();
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2500}, pruned[0].rows.at(OldRows::kSessions));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2500}, rows_.leftOf("acme", OldRows::kSessions));
    }

    void namesATenantThatFailsAndDoesTheOthers() {
        rows_.refused = "acme";
        const auto pruned = service_.prune(sessionsOf30Days()).value();
        CPPUNIT_ASSERT_EQUAL(std::string("refused"), pruned[0].failure);
        CPPUNIT_ASSERT(pruned[1].failure.empty());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2500}, rows_.leftOf("acme", OldRows::kSessions));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, rows_.leftOf("globex", OldRows::kSessions));
    }

    void prunesOnlyTheTenantOfTheOrder() {
        auto order = sessionsOf30Days();
        order.tenant = TenantSlug::parse("globex").value();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, service_.prune(order).value().size());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2500}, rows_.leftOf("acme", OldRows::kSessions));
    }

    void refusesATenantThatIsNotThere() {
        auto order = sessionsOf30Days();
        order.tenant = TenantSlug::parse("initech").value();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTenantNotFound, service_.prune(order)));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2500}, rows_.leftOf("acme", OldRows::kSessions));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PruneServiceTest);

}  // namespace
}  // namespace claviger::tests

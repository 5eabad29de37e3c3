#include "domain/keys/change_limit.h"

#include <cppunit/extensions/HelperMacros.h>

#include "tests/support/manual_clock.h"

namespace claviger::tests {
namespace {

using domain::ChangeLimit;
using domain::ErrorCode;
using domain::Timestamp;
using namespace std::chrono_literals;

constexpr auto kNow = ManualClock::kStart;

class ChangeLimitTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ChangeLimitTest);
    CPPUNIT_TEST(admitsExactlySoManyAtOnce);
    CPPUNIT_TEST(saysHowLongToWaitAndAdmitsOneThen);
    CPPUNIT_TEST(neverSaysLessThanASecond);
    CPPUNIT_TEST(admitsFewerThanTwiceSoManyInAnyHour);
    CPPUNIT_TEST(isWholeAgainAfterAnHour);
    CPPUNIT_TEST(aClockThatWasAheadNeitherLocksNorGivesMore);
    CPPUNIT_TEST(aHostWhoseClockIsALittleBehindGivesNoNewBudget);
    CPPUNIT_TEST(withoutALimitNothingIsStored);
    CPPUNIT_TEST_SUITE_END();

    // One user's budget, as it is stored.
    struct Budget {
        ChangeLimit limit;
        std::optional<Timestamp> wholeAt{};

        domain::Result<std::optional<Timestamp>> take(Timestamp now) {
            auto charged = limit.charge(wholeAt, now);
            if (charged.ok()) wholeAt = charged.value();
            return charged;
        }
        int takeAll(Timestamp now) {
            int taken = 0;
            while (take(now).ok()) ++taken;
            return taken;
        }
    };

    void admitsExactlySoManyAtOnce() {
        for (const unsigned changes : {1U, 2U, 3U, 7U, 2000U, 999'983U}) {
            Budget budget{ChangeLimit(changes)};
            CPPUNIT_ASSERT_EQUAL(static_cast<int>(changes), budget.takeAll(kNow));
        }
    }

    void saysHowLongToWaitAndAdmitsOneThen() {
        Budget budget{ChangeLimit(3)};
        budget.takeAll(kNow);
        const auto before = budget.wholeAt;
        const auto refused = budget.take(kNow + 1min);
        CPPUNIT_ASSERT(refused.error().code == ErrorCode::kTooManyChanges);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{19 * 60}, std::int64_t{refused.error().retryAfter.count()});
        CPPUNIT_ASSERT(budget.wholeAt == before);
        CPPUNIT_ASSERT(!budget.take(kNow + 20min - 1us).ok());
        CPPUNIT_ASSERT_EQUAL(1, budget.takeAll(kNow + 20min));
    }

    void neverSaysLessThanASecond() {
        Budget budget{ChangeLimit(1'000'000)};  // 3.6 ms each
        budget.wholeAt = kNow + ChangeLimit::kWindow;
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, std::int64_t{budget.take(kNow).error().retryAfter.count()});
    }

    void admitsFewerThanTwiceSoManyInAnyHour() {
        Budget budget{ChangeLimit(60)};
        int taken = 0;
        for (auto now = kNow; now < kNow + 1h; now += 1s) taken += budget.takeAll(now);
        CPPUNIT_ASSERT_EQUAL(119, taken);
    }

    void isWholeAgainAfterAnHour() {
        Budget budget{ChangeLimit(5)};
        budget.takeAll(kNow);
        CPPUNIT_ASSERT_EQUAL(5, budget.takeAll(kNow + 1h));
        CPPUNIT_ASSERT_EQUAL(5, budget.takeAll(kNow + 100h));
    }

    void aClockThatWasAheadNeitherLocksNorGivesMore() {
        for (const auto ahead : {2h, 24h, 24h * 365 * 100}) {
            Budget budget{ChangeLimit(5)};
            budget.takeAll(kNow + ahead);
            CPPUNIT_ASSERT_EQUAL(5, budget.takeAll(kNow));
            CPPUNIT_ASSERT(*budget.wholeAt <= kNow + ChangeLimit::kWindow);  // and the row of the future is gone
        }
    }

    void aHostWhoseClockIsALittleBehindGivesNoNewBudget() {
        Budget budget{ChangeLimit(5)};
        budget.takeAll(kNow);
        const auto refused = budget.take(kNow - 30s);
        CPPUNIT_ASSERT(!refused.ok());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{12 * 60 + 30}, std::int64_t{refused.error().retryAfter.count()});
    }

    void withoutALimitNothingIsStored() {
        for (const auto& limit : {ChangeLimit(), ChangeLimit(std::nullopt)}) {
            const auto charged = limit.charge(kNow + 1h, kNow);
            CPPUNIT_ASSERT(charged.ok() && !charged.value());
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ChangeLimitTest);

}  // namespace
}  // namespace claviger::tests

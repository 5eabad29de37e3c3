#include "domain/base/retry_pauses.h"

#include <cppunit/extensions/HelperMacros.h>

#include "domain/base/id.h"
#include "tests/support/manual_clock.h"

namespace claviger::tests {
namespace {

using domain::TenantId;
using namespace std::chrono_literals;

constexpr auto kNow = ManualClock::kStart;

class RetryPausesTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RetryPausesTest);
    CPPUNIT_TEST(pausesTheKeyThatFailedAndNoOther);
    CPPUNIT_TEST(worksOnceNoKeyIsPaused);
    CPPUNIT_TEST(aClockThatWentBackPausesNothing);
    CPPUNIT_TEST(remembersNoMoreThanItMay);
    CPPUNIT_TEST_SUITE_END();

    domain::RetryPauses<TenantId, domain::HashOfId> pauses_{1min, 3};
    const TenantId one_ = TenantId::make(kNow), other_ = TenantId::make(kNow);

    void pausesTheKeyThatFailedAndNoOther() {
        CPPUNIT_ASSERT(pauses_.mayTry(one_, kNow));
        pauses_.failed(one_, kNow);
        CPPUNIT_ASSERT(!pauses_.mayTry(one_, kNow));
        CPPUNIT_ASSERT(!pauses_.mayTry(one_, kNow + 1min - 1us));
        CPPUNIT_ASSERT(pauses_.mayTry(one_, kNow + 1min));
        CPPUNIT_ASSERT(pauses_.mayTry(other_, kNow));
    }

    void worksOnceNoKeyIsPaused() {
        CPPUNIT_ASSERT(pauses_.worked(one_, kNow));
        pauses_.failed(one_, kNow);
        pauses_.failed(other_, kNow);
        CPPUNIT_ASSERT(!pauses_.worked(other_, kNow));
        CPPUNIT_ASSERT(pauses_.mayTry(other_, kNow));
        CPPUNIT_ASSERT(pauses_.worked(one_, kNow));
        pauses_.failed(one_, kNow);
        CPPUNIT_ASSERT(pauses_.worked(other_, kNow + 1min));  // the pause of the first is over
    }

    void aClockThatWentBackPausesNothing() {
        pauses_.failed(one_, kNow + 24h);
        CPPUNIT_ASSERT(pauses_.mayTry(one_, kNow));
    }

    void remembersNoMoreThanItMay() {
        for (int i = 0; i < 3; ++i) pauses_.failed(TenantId::make(kNow), kNow);
        pauses_.failed(one_, kNow);
        CPPUNIT_ASSERT(pauses_.mayTry(one_, kNow));  // it is not recorded
        pauses_.failed(one_, kNow + 1min);           // the others are past
        CPPUNIT_ASSERT(!pauses_.mayTry(one_, kNow + 1min));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RetryPausesTest);

}  // namespace
}  // namespace claviger::tests

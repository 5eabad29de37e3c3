// When a server counts as silent, and which queries may be sent to it then.
#include "persistence/connection/circuit_breaker.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <thread>

#include "domain/base/error.h"

namespace claviger::tests {
namespace {

using namespace std::chrono_literals;
using persistence::CircuitBreaker;
using Question = CircuitBreaker::Question;

constexpr auto kNone = 0s, kLong = 3600s;  // patience

class CircuitBreakerTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CircuitBreakerTest);
    CPPUNIT_TEST(letsAllAskWhoseServerAnswers);
    CPPUNIT_TEST(letsOneAskAtATimeWhereAnAnswerWasWaitedForInVain);
    CPPUNIT_TEST(letsNobodyAskInTheFirstMoment);
    CPPUNIT_TEST(staysClosedForAFailure);
    CPPUNIT_TEST(staysClosedForATimeoutWhoseNeighbourWasAnswered);
    CPPUNIT_TEST(opensForATimeoutWhoseNeighbourWasAnsweredLongAgo);
    CPPUNIT_TEST(endsWithTheFirstAnswer);
    CPPUNIT_TEST_SUITE_END();

    CircuitBreaker breaker_{0ms};

    bool letsAsk() {
        try {
            const Question question(breaker_, kLong);
            return true;
        } catch (const domain::StorageUnavailable&) {
            return false;
        }
    }

    void waitInVain() { Question(breaker_, kNone).failed(); }

    void letsAllAskWhoseServerAnswers() {
        Question first(breaker_, kLong), second(breaker_, kLong);
        CPPUNIT_ASSERT(letsAsk());
        first.answered();
        second.answered();
        CPPUNIT_ASSERT(letsAsk());
    }

    void letsOneAskAtATimeWhereAnAnswerWasWaitedForInVain() {
        waitInVain();
        {
            std::optional<Question> only(std::in_place, breaker_, kLong);
            CPPUNIT_ASSERT(!letsAsk());
            const Question moved(std::move(*only));
            only.reset();  // the moved-from object does not give the turn back
            CPPUNIT_ASSERT(!letsAsk());
        }
        CPPUNIT_ASSERT(letsAsk());  // the next query may run, since that one has ended
        waitInVain();
        CPPUNIT_ASSERT(letsAsk());
    }

    void letsNobodyAskInTheFirstMoment() {
        CircuitBreaker breaker(1h);
        Question(breaker, kNone).failed();
        CPPUNIT_ASSERT_THROW(Question(breaker, kNone), domain::StorageUnavailable);
    }

    void staysClosedForAFailure() {
        Question(breaker_, kLong).failed();  // at once
        const Question first(breaker_, kLong);
        CPPUNIT_ASSERT(letsAsk());
    }

    void staysClosedForATimeoutWhoseNeighbourWasAnswered() {
        Question slow(breaker_, 1s);
        std::this_thread::sleep_for(1s);
        Question(breaker_, kLong).answered();
        slow.failed();
        const Question first(breaker_, kLong);
        CPPUNIT_ASSERT(letsAsk());
    }

    // The first query began before the server fell silent.
    void opensForATimeoutWhoseNeighbourWasAnsweredLongAgo() {
        Question first(breaker_, 1s);
        Question(breaker_, kLong).answered();
        std::this_thread::sleep_for(1s);
        first.failed();
        const Question only(breaker_, kLong);
        CPPUNIT_ASSERT(!letsAsk());
    }

    void endsWithTheFirstAnswer() {
        waitInVain();
        Question(breaker_, kLong).answered();
        const Question first(breaker_, kLong);
        CPPUNIT_ASSERT(letsAsk());
    }
};
CPPUNIT_TEST_SUITE_REGISTRATION(CircuitBreakerTest);

}  // namespace
}  // namespace claviger::tests

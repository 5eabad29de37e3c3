// When a server counts as silent, and which queries may be sent to it then.
#include "persistence/connection/silence.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <thread>

#include "domain/base/error.h"

namespace claviger::tests {
namespace {

using namespace std::chrono_literals;
using persistence::Silence;
using Question = Silence::Question;

constexpr auto kNone = 0s, kLong = 3600s;  // patience

class SilenceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SilenceTest);
    CPPUNIT_TEST(letsAllAskWhoseServerAnswers);
    CPPUNIT_TEST(letsOneAskAtATimeWhereAnAnswerWasWaitedForInVain);
    CPPUNIT_TEST(letsNobodyAskInTheFirstMoment);
    CPPUNIT_TEST(doesNotTakeAFailureForSilence);
    CPPUNIT_TEST(doesNotTakeOneForSilenceWhoseNeighbourWasAnswered);
    CPPUNIT_TEST(takesOneForSilenceWhoseNeighbourWasAnsweredLongAgo);
    CPPUNIT_TEST(endsWithTheFirstAnswer);
    CPPUNIT_TEST_SUITE_END();

    Silence silence_{0ms};

    bool letsAsk() {
        try {
            const Question question(silence_, kLong);
            return true;
        } catch (const domain::StorageUnavailable&) {
            return false;
        }
    }

    void waitInVain() { Question(silence_, kNone).failed(); }

    void letsAllAskWhoseServerAnswers() {
        Question first(silence_, kLong), second(silence_, kLong);
        CPPUNIT_ASSERT(letsAsk());
        first.answered();
        second.answered();
        CPPUNIT_ASSERT(letsAsk());
    }

    void letsOneAskAtATimeWhereAnAnswerWasWaitedForInVain() {
        waitInVain();
        {
            std::optional<Question> only(std::in_place, silence_, kLong);
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
        Silence silence(1h);
        Question(silence, kNone).failed();
        CPPUNIT_ASSERT_THROW(Question(silence, kNone), domain::StorageUnavailable);
    }

    void doesNotTakeAFailureForSilence() {
        Question(silence_, kLong).failed();  // at once
        const Question first(silence_, kLong);
        CPPUNIT_ASSERT(letsAsk());
    }

    void doesNotTakeOneForSilenceWhoseNeighbourWasAnswered() {
        Question slow(silence_, 1s);
        std::this_thread::sleep_for(1s);
        Question(silence_, kLong).answered();
        slow.failed();
        const Question first(silence_, kLong);
        CPPUNIT_ASSERT(letsAsk());
    }

    // The first query began before the server fell silent.
    void takesOneForSilenceWhoseNeighbourWasAnsweredLongAgo() {
        Question first(silence_, 1s);
        Question(silence_, kLong).answered();
        std::this_thread::sleep_for(1s);
        first.failed();
        const Question only(silence_, kLong);
        CPPUNIT_ASSERT(!letsAsk());
    }

    void endsWithTheFirstAnswer() {
        waitInVain();
        Question(silence_, kLong).answered();
        const Question first(silence_, kLong);
        CPPUNIT_ASSERT(letsAsk());
    }
};
CPPUNIT_TEST_SUITE_REGISTRATION(SilenceTest);

}  // namespace
}  // namespace claviger::tests

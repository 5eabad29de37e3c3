#include "fcgi/processes/pause.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace claviger::tests {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class PauseTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PauseTest);
    CPPUNIT_TEST(isNoShorterForAProcessThatIsStoppedAndContinued);
    CPPUNIT_TEST(endsAtOnceWithTermination);
    CPPUNIT_TEST_SUITE_END();

    enum Told { kTooShort = 1, kWhole, kTerminated };

    // Starts a process that pauses for this long. Its exit status says how the pause ended.
    static pid_t pause(std::chrono::milliseconds length) {
        sigset_t termination, before;
        sigemptyset(&termination);
        sigaddset(&termination, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &termination, &before);
        const pid_t child = ::fork();
        if (child != 0) {
            ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
            return child;
        }
        const auto begun = Clock::now();
        if (!fcgi::pauseUnlessTerminated(length)) ::_exit(kTerminated);
        ::_exit(Clock::now() - begun < length ? kTooShort : kWhole);
    }

    static int endOf(pid_t child) {
        int status = 0;
        CPPUNIT_ASSERT_EQUAL(child, ::waitpid(child, &status, 0));
        CPPUNIT_ASSERT(WIFEXITED(status));
        return WEXITSTATUS(status);
    }

    void isNoShorterForAProcessThatIsStoppedAndContinued() {
        const auto child = pause(900ms);
        for (int i = 0; i < 2; ++i) {
            std::this_thread::sleep_for(100ms);
            ::kill(child, SIGSTOP);
            std::this_thread::sleep_for(100ms);
            ::kill(child, SIGCONT);
        }
        CPPUNIT_ASSERT_EQUAL(int{kWhole}, endOf(child));
    }

    void endsAtOnceWithTermination() {
        const auto begun = Clock::now();
        const auto child = pause(20s);
        std::this_thread::sleep_for(200ms);
        ::kill(child, SIGTERM);
        CPPUNIT_ASSERT_EQUAL(int{kTerminated}, endOf(child));
        CPPUNIT_ASSERT(Clock::now() - begun < 10s);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PauseTest);

}  // namespace claviger::tests

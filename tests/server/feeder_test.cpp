// When a feeder counts as ready, how its master restarts it, and where its reasons go.

#include <cppunit/extensions/HelperMacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "fcgi/processes/feeder_keeper.h"
#include "fcgi/processes/worker.h"
#include "tests/server/eventually.h"
#include "tests/server/log_to_file.h"

namespace claviger::tests {
namespace {

using namespace std::chrono_literals;

// A keeper of feeders that are a shell script. Each start adds a line to a file.
class Kept {
public:
    explicit Kept(const std::string& script)
        : keeper_({"/bin/sh", "-c", "echo >>" + (folder_ / "starts").string() + "; " + script}, -1) {}

    // Lets the keeper work as its master does, until the condition is true.
    template <class Condition>
    bool tendUntil(Condition condition, std::chrono::milliseconds patience = 8s) {
        return eventually([&] { return keeper_.tend(), condition(); }, patience);
    }
    bool tendFor(std::chrono::milliseconds time) {
        return tendUntil([] { return false; }, time);
    }

    int starts() const {
        std::ifstream file(folder_ / "starts");
        return static_cast<int>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
    }

private:
    TemporaryFolder folder_;
    fcgi::FeederKeeper keeper_;
};

class FeederTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(FeederTest);
    CPPUNIT_TEST(isRestartedAfterAGrowingPauseWhereItWasNeverReady);
    CPPUNIT_TEST(isRestartedAfterAGrowingPauseWhereItDiesSoonAfterItWasReady);
    CPPUNIT_TEST(logsWhyItCannotGetReady);
    CPPUNIT_TEST(logsWhyItEndsAfterItWasReady);
    CPPUNIT_TEST_SUITE_END();

    // Starts are due at 0, 100, 300, 700 and 1,500 ms.
    static void pausesLonger(const std::string& script) {
        const LogToFile quiet;
        Kept feeder(script);
        CPPUNIT_ASSERT(feeder.tendUntil([&] { return feeder.starts() >= 2; }));
        feeder.tendFor(1s);
        CPPUNIT_ASSERT_MESSAGE(std::to_string(feeder.starts()), feeder.starts() <= 5);
        CPPUNIT_ASSERT(feeder.tendUntil([&] { return feeder.starts() >= 4; }));
    }

    void isRestartedAfterAGrowingPauseWhereItWasNeverReady() { pausesLonger("exit 1"); }

    void isRestartedAfterAGrowingPauseWhereItDiesSoonAfterItWasReady() { pausesLonger("printf R >&4; exit 1"); }

    void logsWhyItCannotGetReady() {
        const LogToFile log;
        Kept feeder("printf 'no board' >&4; exit 1");
        CPPUNIT_ASSERT(
            feeder.tendUntil([&] { return log.text().find("\"reason\":\"no board\"") != std::string::npos; }));
    }

    // The master has closed its end of the pipe by then.
    void logsWhyItEndsAfterItWasReady() {
        const LogToFile log;
        const auto master = std::to_string(::getpid());
        const auto feeder = ::fork();
        if (feeder == 0) {
            ::setenv(fcgi::WorkerSeat::markerOf(fcgi::Duty::kFeeder), master.c_str(), 1);
            auto role = fcgi::WorkerRole::claim();
            role->feed([](const auto&) {});
            role->giveUp("a late reason");
            ::_exit(0);
        }
        ::waitpid(feeder, nullptr, 0);
        CPPUNIT_ASSERT_MESSAGE(log.text(), log.text().find("a late reason") != std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FeederTest);

}  // namespace
}  // namespace claviger::tests

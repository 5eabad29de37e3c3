// When a poller counts as ready, how its master restarts it, and where its reasons go.

#include <cppunit/extensions/HelperMacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "fcgi/processes/poller_supervisor.h"
#include "fcgi/processes/worker.h"
#include "tests/server/eventually.h"
#include "tests/server/log_to_file.h"

namespace claviger::tests {
namespace {

using namespace std::chrono_literals;

// A supervisor of pollers that are a shell script. Each start adds a line to a file.
class Kept {
public:
    explicit Kept(const std::string& script)
        : supervisor_({"/bin/sh", "-c", "echo >>" + (folder_ / "starts").string() + "; " + script}, -1) {}

    // Lets the supervisor work as its master does, until the condition is true.
    template <class Condition>
    bool tendUntil(Condition condition, std::chrono::milliseconds patience = 8s) {
        return eventually([&] { return supervisor_.tend(), condition(); }, patience);
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
    fcgi::PollerSupervisor supervisor_;
};

class EpochPollerTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(EpochPollerTest);
    CPPUNIT_TEST(isRestartedAfterAGrowingPauseWhereItWasNeverReady);
    CPPUNIT_TEST(isRestartedAfterAGrowingPauseWhereItDiesSoonAfterItWasReady);
    CPPUNIT_TEST(logsWhyItCannotGetReady);
    CPPUNIT_TEST(logsWhyItEndsAfterItWasReady);
    CPPUNIT_TEST_SUITE_END();

    // Starts are due at 0, 100, 300, 700 and 1,500 ms.
    static void pausesLonger(const std::string& script) {
        const LogToFile quiet;
        Kept poller(script);
        CPPUNIT_ASSERT(poller.tendUntil([&] { return poller.starts() >= 2; }));
        poller.tendFor(1s);
        CPPUNIT_ASSERT_MESSAGE(std::to_string(poller.starts()), poller.starts() <= 5);
        CPPUNIT_ASSERT(poller.tendUntil([&] { return poller.starts() >= 4; }));
    }

    void isRestartedAfterAGrowingPauseWhereItWasNeverReady() { pausesLonger("exit 1"); }

    void isRestartedAfterAGrowingPauseWhereItDiesSoonAfterItWasReady() { pausesLonger("printf R >&4; exit 1"); }

    void logsWhyItCannotGetReady() {
        const LogToFile log;
        Kept poller("printf 'no segment' >&4; exit 1");
        CPPUNIT_ASSERT(
            poller.tendUntil([&] { return log.text().find("\"reason\":\"no segment\"") != std::string::npos; }));
    }

    // The master has closed its end of the pipe by then.
    void logsWhyItEndsAfterItWasReady() {
        const LogToFile log;
        const auto master = std::to_string(::getpid());
        const auto poller = ::fork();
        if (poller == 0) {
            ::setenv(fcgi::InheritedDescriptors::markerOf(fcgi::ProcessRole::kPoller), master.c_str(), 1);
            auto role = fcgi::WorkerRole::claim();
            role->poll([](const auto&) {});
            role->giveUp("a late reason");
            ::_exit(0);
        }
        ::waitpid(poller, nullptr, 0);
        CPPUNIT_ASSERT_MESSAGE(log.text(), log.text().find("a late reason") != std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EpochPollerTest);

}  // namespace
}  // namespace claviger::tests

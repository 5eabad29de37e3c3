// When a poller counts as ready, how its master restarts it, and where its reasons go.

#include <cppunit/extensions/HelperMacros.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

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
        : supervisor_({"/bin/sh", "-c", "cd " + folder_.path().string() + "; echo >>starts; " + script}, -1) {}

    // Lets the supervisor work as its master does, until the condition is true.
    template <class Condition>
    bool tendUntil(Condition condition, std::chrono::milliseconds patience = 8s) {
        return eventually([&] { return supervisor_.tend(), condition(); }, patience);
    }
    bool tendFor(std::chrono::milliseconds time) {
        return tendUntil([] { return false; }, time);
    }

    void replace() { supervisor_.replace(); }
    void stop() { supervisor_.stop(); }
    bool gone() const { return supervisor_.gone(); }
    std::filesystem::path file(const char* name) const { return folder_ / name; }

    int starts() const {
        std::ifstream file(folder_ / "starts");
        return static_cast<int>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
    }

private:
    TemporaryFolder folder_;
    fcgi::PollerSupervisor supervisor_;
};

// For its lifetime this process can open no descriptor.
class NoMoreDescriptors {
public:
    NoMoreDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int lowest = ::dup(0);
        ::close(lowest);
        auto none = before_;
        none.rlim_cur = static_cast<rlim_t>(lowest);
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    NoMoreDescriptors(const NoMoreDescriptors&) = delete;
    NoMoreDescriptors& operator=(const NoMoreDescriptors&) = delete;
    ~NoMoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

class EpochPollerTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(EpochPollerTest);
    CPPUNIT_TEST(isRestartedAfterAGrowingPauseWhereItWasNeverReady);
    CPPUNIT_TEST(isRestartedAfterAGrowingPauseWhereItDiesSoonAfterItWasReady);
    CPPUNIT_TEST(isEndedOnceItsSuccessorIsReady);
    CPPUNIT_TEST(isEndedWhereItsSuccessorCannotGetReady);
    CPPUNIT_TEST(isReplacedAgainWhereAReloadComesWhileASuccessorStarts);
    CPPUNIT_TEST(isEndedWhereItsSuccessorDiesSoonAfterItWasReady);
    CPPUNIT_TEST(worksOnWhereNoSuccessorCanBeStarted);
    CPPUNIT_TEST(doesNoWorkOnceSigtermHasCome);
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

    // Ready after 300 ms; says when SIGTERM comes.
    static constexpr auto kSlow =
        "trap 'echo ended $$ >&2; exit' TERM; sleep 0.3; printf R >&4; while :; do sleep 0.02; done";

    static int count(const std::string& text, const std::string& part) {
        int found = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
        return found;
    }

    void isEndedOnceItsSuccessorIsReady() {
        const LogToFile log;
        Kept poller(kSlow);
        poller.tendFor(600ms);
        poller.replace();
        poller.tendFor(150ms);
        CPPUNIT_ASSERT_EQUAL(2, poller.starts());
        CPPUNIT_ASSERT_EQUAL(0, count(log.text(), "poller_stopped"));  // it works while the other one starts
        CPPUNIT_ASSERT(poller.tendUntil([&] { return count(log.text(), "poller_stopped") == 1; }));
        poller.tendFor(600ms);
        CPPUNIT_ASSERT_EQUAL(2, poller.starts());
        poller.stop();
        CPPUNIT_ASSERT(poller.tendUntil([&] { return poller.gone(); }));
        CPPUNIT_ASSERT_EQUAL(0, count(log.text(), "poller_died"));
    }

    void isEndedWhereItsSuccessorCannotGetReady() {
        const LogToFile log;
        Kept poller("[ ! -e broken ] || { rm broken; exit 1; }; " + std::string(kSlow));
        poller.tendFor(600ms);
        std::ofstream(poller.file("broken")) << "once";
        poller.replace();
        CPPUNIT_ASSERT(poller.tendUntil([&] { return count(log.text(), "poller_died") == 1; }));
        CPPUNIT_ASSERT(poller.tendUntil([&] { return count(log.text(), "poller_stopped") == 1; }));
        CPPUNIT_ASSERT(poller.tendUntil([&] { return poller.starts() == 3; }));
    }

    // The successor may have claimed the segment: then its predecessor polls no more.
    void isEndedWhereItsSuccessorDiesSoonAfterItWasReady() {
        const LogToFile log;
        Kept poller("[ ! -e broken ] || { rm broken; printf R >&4; exit 1; }; trap '' TERM; printf R >&4; sleep 20");
        poller.tendFor(300ms);
        std::ofstream(poller.file("broken")) << "once";
        poller.replace();
        CPPUNIT_ASSERT(poller.tendUntil([&] { return count(log.text(), "not stopped in time") == 1; }));
        CPPUNIT_ASSERT(poller.tendUntil([&] { return poller.starts() == 3; }));
    }

    void worksOnWhereNoSuccessorCanBeStarted() {
        const LogToFile log;
        Kept poller(kSlow);
        poller.tendFor(600ms);
        // UBSan checks the first exception of a type through a pipe, and later ones without.
        CPPUNIT_ASSERT_THROW(throw std::system_error(EMFILE, std::generic_category()), std::system_error);
        {
            const NoMoreDescriptors none;
            poller.replace();
            poller.tendFor(1s);
        }
        CPPUNIT_ASSERT_EQUAL(1, count(log.text(), "poller_not_started"));  // the next attempt comes after 5 s
        CPPUNIT_ASSERT_EQUAL(0, count(log.text(), "poller_stopped"));
        CPPUNIT_ASSERT(poller.tendUntil([&] { return poller.starts() == 2; }));
        CPPUNIT_ASSERT(poller.tendUntil([&] { return count(log.text(), "poller_stopped") == 1; }));
    }

    void doesNoWorkOnceSigtermHasCome() {
        const auto master = std::to_string(::getpid());
        const auto poller = ::fork();
        if (poller == 0) {
            ::setenv(fcgi::InheritedDescriptors::markerOf(fcgi::ProcessRole::kPoller), master.c_str(), 1);
            auto role = fcgi::WorkerRole::claim();
            role->startUp();
            ::raise(SIGTERM);
            int works = 0;
            role->poll([](const auto& pause) { return pause(5s); }, [&](const auto&) { works = 1; });
            ::_exit(works);
        }
        int status = 0;
        ::waitpid(poller, &status, 0);
        CPPUNIT_ASSERT(WIFEXITED(status));
        CPPUNIT_ASSERT_EQUAL(0, WEXITSTATUS(status));
    }

    void isReplacedAgainWhereAReloadComesWhileASuccessorStarts() {
        const LogToFile log;
        Kept poller(kSlow);
        poller.tendFor(600ms);
        poller.replace();
        poller.replace();
        CPPUNIT_ASSERT(poller.tendUntil([&] { return poller.starts() == 3; }));
        CPPUNIT_ASSERT(poller.tendUntil([&] { return count(log.text(), "poller_stopped") == 2; }));
        CPPUNIT_ASSERT_EQUAL(3, poller.starts());
    }

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
            role->poll([](const auto&) { return true; }, [](const auto&) {});
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

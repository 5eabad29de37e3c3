// The master keeps its workers, changes generations, and ends.

#include <cppunit/extensions/HelperMacros.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "tests/server/daemon.h"
#include "tests/server/eventually.h"
#include "tests/server/load.h"
#include "tests/server/temporary_folder.h"
#include "tests/support/fcgi_client.h"

namespace claviger::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kReady = "\"worker_ready\"";

// A running master with so many workers.
struct Service {
    explicit Service(int workers) : daemon(startIn(folder, workers)) {
        CPPUNIT_ASSERT_MESSAGE(daemon.log(), daemon.waitForLog(kReady, workers));
    }

    static Daemon startIn(const TemporaryFolder& folder, int workers) {
        folder.write("workers", std::to_string(workers));
        return {{SERVER_TEST_DAEMON, folder.path().string()}, folder / "log"};
    }

    fs::path socket() const { return folder / "s"; }

    pid_t workerThatAnswers() const {
        const auto answer = FcgiClient(socket()).ask({.keep = false});
        return answer ? std::stoi(answer->body) : -1;
    }

    TemporaryFolder folder;
    Daemon daemon;
};

bool isAlive(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

class MasterTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MasterTest);
    CPPUNIT_TEST(keepsAsManyWorkersAsAreWanted);
    CPPUNIT_TEST(replacesAKilledWorkerAtOnce);
    CPPUNIT_TEST(losesNoRequestWhileGenerationsChangeUnderLoad);
    CPPUNIT_TEST(startsTheBinaryOfNowAtAReload);
    CPPUNIT_TEST(takesTheNewNumberOfWorkersAtAReload);
    CPPUNIT_TEST(keepsTheOldGenerationWhereTheNewOneCannotGetReadyAndSaysWhy);
    CPPUNIT_TEST(keepsTheOldGenerationWhereTheConfigurationIsBadAndSaysWhy);
    CPPUNIT_TEST(backsOffWhileWorkersCannotGetReady);
    CPPUNIT_TEST(endsWhereItsFirstWorkersCannotGetReady);
    CPPUNIT_TEST(answersWhatRunsWhenToldToEndAndRemovesTheSocket);
    CPPUNIT_TEST(endsWithinTenSecondsPastSilentConnections);
    CPPUNIT_TEST(itsWorkersDoNotOutliveIt);
    CPPUNIT_TEST(anotherCanFollowAtOnceWhenItWasKilled);
    CPPUNIT_TEST(itsWorkersLeaveNoCoreAndCannotBeRead);
    CPPUNIT_TEST_SUITE_END();

    void keepsAsManyWorkersAsAreWanted() {
        const Service service(3);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, service.daemon.children().size());
        const auto workers = service.daemon.children();
        CPPUNIT_ASSERT(std::count(workers.begin(), workers.end(), service.workerThatAnswers()) == 1);
    }

    void replacesAKilledWorkerAtOnce() {
        const Service service(2);
        for (int round = 1; round <= 3; ++round) {
            const auto victim = service.daemon.children().front();
            ::kill(victim, SIGKILL);
            CPPUNIT_ASSERT_MESSAGE(service.daemon.log(), service.daemon.waitForLog(kReady, 2 + round));
            CPPUNIT_ASSERT(!isAlive(victim));
            CPPUNIT_ASSERT_EQUAL(std::size_t{2}, service.daemon.children().size());
        }
        CPPUNIT_ASSERT(service.workerThatAnswers() > 0);
    }

    void losesNoRequestWhileGenerationsChangeUnderLoad() {
        const Service service(2);
        Load load(service.socket(), 8);
        std::set<pid_t> workers;
        for (int round = 1; round <= 5; ++round) {
            const auto before = load.answered();
            CPPUNIT_ASSERT(eventually([&] { return load.answered() > before + 1000; }));
            for (const auto worker : service.daemon.children()) workers.insert(worker);
            service.daemon.signal(SIGHUP);
            CPPUNIT_ASSERT_MESSAGE(service.daemon.log(), service.daemon.waitForLog("\"reload_done\"", round));
            CPPUNIT_ASSERT_MESSAGE(service.daemon.log(), service.daemon.waitForLog("\"worker_drained\"", 2 * round));
        }
        load.stop();
        CPPUNIT_ASSERT_EQUAL(0, load.failed());
        CPPUNIT_ASSERT_EQUAL(std::size_t{10}, workers.size());
        CPPUNIT_ASSERT_EQUAL(10, service.daemon.count("worker was replaced"));
        CPPUNIT_ASSERT_EQUAL(0, service.daemon.count("worker was stopped"));
        CPPUNIT_ASSERT_EQUAL(0, service.daemon.count("\"level\":\"error\""));
    }

    void startsTheBinaryOfNowAtAReload() {
        TemporaryFolder folder;
        folder.write("workers", "1");
        fs::copy_file(SERVER_TEST_DAEMON, folder / "binary");
        Daemon daemon({folder / "binary", folder.path().string()}, folder / "log");
        CPPUNIT_ASSERT(daemon.waitForLog(kReady));
        folder.write("new", "#!/bin/sh\nprintf 'the new binary speaks' >&4\n");
        fs::permissions(folder / "new", fs::perms{0700});
        fs::rename(folder / "new", folder / "binary");
        daemon.signal(SIGHUP);
        CPPUNIT_ASSERT(daemon.waitForLog("the new binary speaks"));
    }

    void takesTheNewNumberOfWorkersAtAReload() {
        const Service service(1);
        service.folder.write("workers", "3");
        service.daemon.signal(SIGHUP);
        CPPUNIT_ASSERT_MESSAGE(service.daemon.log(), service.daemon.waitForLog("\"worker_drained\""));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, service.daemon.children().size());
    }

    void keepsTheOldGenerationWhereTheNewOneCannotGetReadyAndSaysWhy() {
        const Service service(2);
        const auto before = service.daemon.children();
        service.folder.write("broken", "a template is missing");
        service.daemon.signal(SIGHUP);
        CPPUNIT_ASSERT_MESSAGE(service.daemon.log(),
                               service.daemon.waitForLog("\"reload_failed\",\"reason\":\"a template is missing\""));
        CPPUNIT_ASSERT(eventually([&] { return service.daemon.children() == before; }));
        CPPUNIT_ASSERT(service.workerThatAnswers() > 0);

        fs::remove(service.folder / "broken");
        service.daemon.signal(SIGHUP);
        CPPUNIT_ASSERT_MESSAGE(service.daemon.log(), service.daemon.waitForLog("\"reload_done\""));
    }

    void keepsTheOldGenerationWhereTheConfigurationIsBadAndSaysWhy() {
        const Service service(2);
        const auto before = service.daemon.children();
        fs::remove(service.folder / "workers");
        service.daemon.signal(SIGHUP);
        CPPUNIT_ASSERT_MESSAGE(service.daemon.log(), service.daemon.waitForLog("holds no number"));
        CPPUNIT_ASSERT(service.daemon.children() == before);
        CPPUNIT_ASSERT(service.workerThatAnswers() > 0);
    }

    void backsOffWhileWorkersCannotGetReady() {
        const Service service(2);
        service.folder.write("broken", "no");
        const auto begun = std::chrono::steady_clock::now();
        ::kill(service.daemon.children().front(), SIGKILL);
        CPPUNIT_ASSERT_MESSAGE(service.daemon.log(),
                               service.daemon.waitForLog("\"reason\":\"no\"", 4));  // at 0, 100, 300 and 700 ms
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - begun >= 600ms);
        CPPUNIT_ASSERT(service.workerThatAnswers() > 0);  // the other one
        fs::remove(service.folder / "broken");
        CPPUNIT_ASSERT_MESSAGE(service.daemon.log(), service.daemon.waitForLog(kReady, 3));
    }

    void endsWhereItsFirstWorkersCannotGetReady() {
        const TemporaryFolder folder;
        folder.write("workers", "2");
        folder.write("broken", "a template is missing");
        Daemon daemon({SERVER_TEST_DAEMON, folder.path().string()}, folder / "log");
        CPPUNIT_ASSERT_EQUAL(1, daemon.wait());
        CPPUNIT_ASSERT(daemon.count("a template is missing") > 0);
        CPPUNIT_ASSERT(!fs::exists(folder / "s"));
    }

    void answersWhatRunsWhenToldToEndAndRemovesTheSocket() {
        for (const int number : {SIGTERM, SIGINT}) {
            Service service(2);
            FcgiClient client(service.socket());
            CPPUNIT_ASSERT(client.ask({}));  // the connection is kept
            client.send({.target = "/slow"});
            service.daemon.signal(number);
            CPPUNIT_ASSERT(eventually([&] { return !fs::exists(service.socket()); }));
            CPPUNIT_ASSERT(client.receive());
            client.close();
            CPPUNIT_ASSERT_EQUAL(0, service.daemon.wait());
            CPPUNIT_ASSERT_EQUAL(2, service.daemon.count("worker was stopped"));
            CPPUNIT_ASSERT_EQUAL(0, service.daemon.count("\"level\":\"error\""));
        }
    }

    void endsWithinTenSecondsPastSilentConnections() {
        Service service(2);
        FcgiClient silent(service.socket());
        FcgiClient half(service.socket());
        half.sendBytes(fcgiHead({}).substr(0, 50));
        FcgiClient kept(service.socket());
        CPPUNIT_ASSERT(kept.ask({}));
        const auto begun = std::chrono::steady_clock::now();
        service.daemon.signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, service.daemon.wait());
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - begun < 10s);
    }

    void itsWorkersDoNotOutliveIt() {
        Service service(2);
        const auto workers = service.daemon.children();
        service.daemon.signal(SIGKILL);
        service.daemon.wait();
        CPPUNIT_ASSERT(eventually([&] { return std::none_of(workers.begin(), workers.end(), isAlive); }));
    }

    void anotherCanFollowAtOnceWhenItWasKilled() {
        Service service(2);
        service.daemon.signal(SIGKILL);
        service.daemon.wait();
        Daemon next({SERVER_TEST_DAEMON, service.folder.path().string()}, service.folder / "log2");
        CPPUNIT_ASSERT(next.waitForLog(kReady, 2));
        CPPUNIT_ASSERT(service.workerThatAnswers() > 0);
    }

    void itsWorkersLeaveNoCoreAndCannotBeRead() {
        const Service service(1);
        const auto process = "/proc/" + std::to_string(service.daemon.children().front());
        std::ifstream limits(process + "/limits");
        const std::string text{std::istreambuf_iterator<char>(limits), {}};
        CPPUNIT_ASSERT(text.find("Max core file size        0                    0") != std::string::npos);
        std::ifstream status(process + "/status");
        const std::string all{std::istreambuf_iterator<char>(status), {}};
        CPPUNIT_ASSERT(all.find("CoreDumping:\t0") != std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MasterTest);

}  // namespace
}  // namespace claviger::tests

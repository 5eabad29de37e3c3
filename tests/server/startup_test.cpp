// claviger-fcgi itself, without a database: it serves, and it refuses to start where something that it needs is
// missing.

#include <cppunit/extensions/HelperMacros.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "domain/secrets/pepper.h"
#include "fcgi/processes/worker_process.h"
#include "tests/server/daemon.h"
#include "tests/server/eventually.h"
#include "tests/server/load.h"
#include "tests/server/temporary_folder.h"
#include "tests/support/fcgi_client.h"

namespace claviger::tests {
namespace {

namespace fs = std::filesystem;

// A folder with all that a complete configuration needs.
struct Host {
    Host() {
        domain::secrets::Pepper::create(folder / "pepper");
        folder.write("password", "not used: there is no database\n");
        fs::create_directory(folder / "run");
        configure();
    }

    void configure(const std::string& more = "") const {
        folder.write(
            "claviger.conf",
            "database.socket = none.sock\ndatabase.worker_password_file = password\nfcgi.socket = run/fcgi.sock\n"
            "fcgi.workers = 2\nfcgi.threads = 3\npepper.file = pepper\nrun.folder = run\n"
            "templates.folder = " TEMPLATES_FOLDER "\n" +
                more);
    }

    fs::path socket() const { return folder / "run/fcgi.sock"; }
    Daemon start() const { return {{CLAVIGER_FCGI, folder / "claviger.conf"}, folder / "log"}; }

    TemporaryFolder folder;
};

class StartupTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(StartupTest);
    CPPUNIT_TEST(servesAndReloadsUnderLoadWithoutAFailedRequest);
    CPPUNIT_TEST(keepsServingWhereAReloadFindsABadConfiguration);
    CPPUNIT_TEST(refusesToStartWithoutThePepper);
    CPPUNIT_TEST(refusesToStartWithABadPepperAndDoesNotShowIt);
    CPPUNIT_TEST(refusesToStartWithASecretThatOtherAccountsCanRead);
    CPPUNIT_TEST(saysThatItRunsAsRoot);
    CPPUNIT_TEST(namesTheAccountThatMayNotReadTheConfiguration);
    CPPUNIT_TEST(namesTheAccountThatMayNotUseAFolder);
    CPPUNIT_TEST(namesTheAccountThatMayNotUseTheHashingQueue);
    CPPUNIT_TEST(namesTheAccountThatMayNotReadASecret);
    CPPUNIT_TEST(itsPollerIsNotReadyWithASegmentOfAnotherRelease);
    CPPUNIT_TEST(refusesToStartWithoutTheFolderOfItsSocket);
    CPPUNIT_TEST(refusesToStartWithAnUnknownSetting);
    CPPUNIT_TEST(refusesToStartBesideAnotherMaster);
    CPPUNIT_TEST(answersWrongUsageWithStatus2);
    CPPUNIT_TEST(handsItsWorkersTheSameCommandLineAndNoSecret);
    CPPUNIT_TEST_SUITE_END();

    static void refuses(const Host& host, int status, const std::string& why) {
        auto daemon = host.start();
        CPPUNIT_ASSERT_EQUAL(status, daemon.wait());
        CPPUNIT_ASSERT_MESSAGE(daemon.log(), daemon.count(why) == 1);
        CPPUNIT_ASSERT(!fs::exists(host.socket()));
    }

    void servesAndReloadsUnderLoadWithoutAFailedRequest() {
        const Host host;
        auto daemon = host.start();
        CPPUNIT_ASSERT(daemon.waitForLog("\"worker_ready\"", 2));
        const auto answer = FcgiClient(host.socket()).ask({.target = "/healthz"});
        CPPUNIT_ASSERT_EQUAL(200, answer->status);

        Load load(host.socket(), 6);
        for (int round = 1; round <= 3; ++round) {
            const auto before = load.answered();
            CPPUNIT_ASSERT(eventually([&] { return load.answered() > before + 500; }));
            daemon.signal(SIGHUP);
            CPPUNIT_ASSERT(daemon.waitForLog("\"reload_done\"", round));
            CPPUNIT_ASSERT(daemon.waitForLog("\"worker_drained\"", 2 * round));
        }
        load.stop();
        CPPUNIT_ASSERT_EQUAL(0, load.failed());
        daemon.signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, daemon.wait());
    }

    void keepsServingWhereAReloadFindsABadConfiguration() {
        const Host host;
        auto daemon = host.start();
        CPPUNIT_ASSERT(daemon.waitForLog("\"worker_ready\"", 2));
        host.configure("fcgi.thread = 3\n");
        daemon.signal(SIGHUP);
        CPPUNIT_ASSERT(daemon.waitForLog("\"reload_failed\""));
        CPPUNIT_ASSERT(daemon.count("did you mean \\\"fcgi.threads\\\"?") == 1);
        CPPUNIT_ASSERT(FcgiClient(host.socket()).ask({.target = "/healthz"}));
    }

    void refusesToStartWithoutThePepper() {
        const Host host;
        fs::remove(host.folder / "pepper");
        refuses(host, 1, "Without the pepper no key can be checked");
    }

    void refusesToStartWithABadPepperAndDoesNotShowIt() {
        const Host host;
        host.folder.write("pepper", "1:c0ffee\n");
        refuses(host, 1, "pepper file");
        std::ifstream log(host.folder / "log");
        CPPUNIT_ASSERT(std::string(std::istreambuf_iterator<char>(log), {}).find("c0ffee") == std::string::npos);
    }

    void refusesToStartWithASecretThatOtherAccountsCanRead() {
        for (const auto* const secret : {"pepper", "password"}) {
            const Host host;
            fs::permissions(host.folder / secret, static_cast<fs::perms>(0644));
            refuses(host, 1, "chmod 600");
        }
    }

    void saysThatItRunsAsRoot() {
        if (::geteuid() != 0) return;  // any other account is right
        const Host host;
        const auto silent = host.start();
        CPPUNIT_ASSERT(silent.waitForLog("\"runs_as_root\"", 1));
        const Host named;
        named.configure("fcgi.user = root\n");
        const auto chosen = named.start();
        CPPUNIT_ASSERT(chosen.waitForLog("\"worker_ready\"", 2));
        CPPUNIT_ASSERT_EQUAL(0, chosen.count("\"runs_as_root\""));
    }

    // A host whose files are those of the account that root's start takes.
    static void giveTo(const Host& host, const char* account) {
        const auto* const found = ::getpwnam(account);
        host.configure(std::string("fcgi.user = ") + account + "\n");
        for (const fs::path file : {".", "pepper", "password", "run", "claviger.conf"})
            CPPUNIT_ASSERT_EQUAL(0, ::chown((host.folder.path() / file).c_str(), found->pw_uid, found->pw_gid));
    }

    static void takeBack(const fs::path& file, int mode = 0600) {
        CPPUNIT_ASSERT_EQUAL(0, ::chown(file.c_str(), 0, 0));
        fs::permissions(file, static_cast<fs::perms>(mode));
    }

    void namesTheAccountThatMayNotReadTheConfiguration() {
        if (::geteuid() != 0) return;  // only root takes another account
        const Host host;
        giveTo(host, "nobody");
        takeBack(host.folder / "claviger.conf");
        refuses(host, 1, "claviger.conf is closed to the account nobody, which must read it: chmod o+r ");
    }

    void namesTheAccountThatMayNotUseAFolder() {
        if (::geteuid() != 0) return;
        const Host host;
        giveTo(host, "nobody");
        takeBack(host.folder / "run", 0755);
        refuses(host, 1, "run is closed to the account nobody, which must write to it: chown nobody ");
        takeBack(host.folder.path(), 0700);
        refuses(host, 1, " is closed to the account nobody, which must enter it: chmod o+x ");
    }

    void namesTheAccountThatMayNotUseTheHashingQueue() {
        if (::geteuid() != 0) return;
        const Host host;
        giveTo(host, "nobody");
        host.folder.write("run/hashing-queue.1", "");  // an earlier start as root made it
        refuses(host, 1, "hashing-queue.1 is closed to the account nobody, which must write to it: chown nobody ");
        CPPUNIT_ASSERT(fs::exists(host.folder / "run/hashing-queue.1"));
    }

    void namesTheAccountThatMayNotReadASecret() {
        if (::geteuid() != 0) return;
        for (const auto* const secret : {"pepper", "password"}) {
            const Host host;
            giveTo(host, "nobody");
            takeBack(host.folder / secret);
            refuses(host, 1, "is closed to the account nobody, which must read it: chown nobody ");
        }
    }

    // As after a SIGHUP to a binary with another layout of the segment.
    void itsPollerIsNotReadyWithASegmentOfAnotherRelease() {
        const Host host;
        const fcgi::Fd segment(::memfd_create("segment", MFD_CLOEXEC));
        auto poller = fcgi::WorkerProcess::start({CLAVIGER_FCGI, host.folder / "claviger.conf"},
                                                 {fcgi::ProcessRole::kPoller, -1, segment.get()}, 0);
        CPPUNIT_ASSERT(eventually([&] { return poller.hear(), poller.readiness() < 0; }));
        ::waitpid(poller.pid(), nullptr, 0);
        CPPUNIT_ASSERT(!poller.wasReady());
        CPPUNIT_ASSERT_EQUAL(std::string("the segment is of another release; restart the service"), poller.reason());
    }

    void refusesToStartWithoutTheFolderOfItsSocket() {
        const Host host;
        host.configure();
        fs::remove(host.folder / "run");
        refuses(host, 1, "create it");
    }

    void refusesToStartWithAnUnknownSetting() {
        const Host host;
        host.configure("fcgi.sockets = x\n");
        refuses(host, 1, "did you mean \"fcgi.socket\"?");
    }

    void refusesToStartBesideAnotherMaster() {
        const Host host;
        const auto first = host.start();
        CPPUNIT_ASSERT(first.waitForLog("\"worker_ready\"", 2));
        Daemon second({CLAVIGER_FCGI, host.folder / "claviger.conf"}, host.folder / "log2");
        CPPUNIT_ASSERT_EQUAL(1, second.wait());
        CPPUNIT_ASSERT_EQUAL(1, second.count("another process answers"));
        CPPUNIT_ASSERT(FcgiClient(host.socket()).ask({.target = "/healthz"}));
    }

    void answersWrongUsageWithStatus2() {
        const TemporaryFolder folder;
        for (const auto& arguments : {std::vector<std::string>{}, {"a", "b"}, {"--workers"}}) {
            std::vector<std::string> command{CLAVIGER_FCGI};
            command.insert(command.end(), arguments.begin(), arguments.end());
            Daemon daemon(command, folder / "log");
            CPPUNIT_ASSERT_EQUAL(2, daemon.wait());
        }
    }

    void handsItsWorkersTheSameCommandLineAndNoSecret() {
        const Host host;
        const auto daemon = host.start();
        CPPUNIT_ASSERT(daemon.waitForLog("\"worker_ready\"", 2));
        const auto worker = "/proc/" + std::to_string(daemon.children().front());
        std::ifstream line(worker + "/cmdline");
        const std::string words{std::istreambuf_iterator<char>(line), {}};
        CPPUNIT_ASSERT(words == std::string(CLAVIGER_FCGI) + '\0' + (host.folder / "claviger.conf").string() + '\0');
        // The environment of a worker is that of the master and its role, and nothing more.
        std::ifstream environment(worker + "/environ");
        for (std::string variable; std::getline(environment, variable, '\0');) {
            const auto name = variable.substr(0, variable.find('='));
            const char* const mine = std::getenv(name.c_str());
            CPPUNIT_ASSERT(name == "FASTCGI_WORKER_OF" || (mine != nullptr && name + '=' + mine == variable));
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StartupTest);

}  // namespace
}  // namespace claviger::tests

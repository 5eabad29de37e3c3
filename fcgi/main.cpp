// claviger-fcgi CONFIG: the master, which executes this binary again for its workers and their poller.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "domain/configuration/settings.h"
#include "domain/secrets/core_dumps.h"
#include "domain/secrets/initialize.h"
#include "fcgi/composition.h"
#include "fcgi/processes/confinement.h"
#include "fcgi/processes/listening_socket.h"
#include "fcgi/processes/master.h"
#include "fcgi/processes/pause.h"
#include "fcgi/processes/startup_check.h"
#include "fcgi/processes/worker.h"
#include "fcgi/telemetry/log.h"

namespace {

using namespace claviger;
using domain::Settings;

constexpr int kFailed = 1, kUsage = 2;

constexpr auto kHelp =
    "claviger-fcgi CONFIG: serves Claviger over FastCGI, for nginx\n"
    "\n"
    "  CONFIG      the configuration (name = value); CLAVIGER_... variables override it\n"
    "  --help      this text\n"
    "  --version   the version\n"
    "\n"
    "SIGTERM and SIGINT: answers what is on its way, then ends (within 10 s). SIGHUP: starts new workers from the\n"
    "binary and the configuration of now; when they are ready, the old ones leave. No request is lost.\n";

// The path by which this program was called, so that the next start executes a new binary at the same place.
std::string ownPath(const std::string& called) {
    namespace fs = std::filesystem;
    if (called.find('/') != std::string::npos) return fs::absolute(called).string();
    return fs::read_symlink("/proc/self/exe").string();
}

unsigned workersOf(const Settings& settings) {
    return settings.fcgi.workers > 0 ? settings.fcgi.workers : std::max(1U, std::thread::hardware_concurrency());
}

int runWorker(fcgi::WorkerRole& role, const std::string& configuration) {
    try {
        role.startUp();
        const auto settings = fcgi::loadSettings(configuration);
        if (const auto cause = fcgi::confineWrites(settings.runFolder))
            fcgi::logLine({{"level", "warning"}, {"event", "not_confined"}, {"cause", *cause}});
        if (role.role() == fcgi::ProcessRole::kPoller) {
            fcgi::SegmentPoller poller(settings, role.sharedMemory());
            role.poll([&](const auto& pause) { return poller.takeOver(pause); },
                      [&](const auto& pause) { poller.run(pause); });
            return EXIT_SUCCESS;
        }
        const fcgi::Composition composition(settings, role.sharedMemory());
        const auto ended = role.serve(settings.fcgi.threads, composition.application(),
                                      [&](std::chrono::milliseconds patience) { composition.hurry(patience); });
        if (ended == fcgi::WorkerRole::Ended::kReplaced) composition.writeUses(fcgi::pauseUnlessTerminated);
        return EXIT_SUCCESS;
    } catch (const std::exception& thrown) {
        role.giveUp(thrown.what());
        return kFailed;
    }
}

Settings checkedSettings(const std::string& configuration) {
    auto settings = fcgi::loadSettings(configuration);
    fcgi::checkStartup(settings);
    return settings;
}

void warnOfRoot() {
    if (::geteuid() != 0) return;
    fcgi::logLine(
        {{"level", "warning"},
         {"event", "runs_as_root"},
         {"cause", "fcgi.user is not set, so master and workers stay root; set it to an account of their own"}});
}

// Comes before every check: a file that the workers' user cannot reach must be found here, not by the workers.
void becomeConfiguredUser(const std::string& configuration) {
    const auto user = fcgi::loadSettings(configuration).fcgi.user;
    if (user.empty()) return warnOfRoot();
    fcgi::becomeUser(user);
    domain::secrets::forbidCoreDumps();
}

int runMaster(const std::string& binary, const std::string& configuration) {
    becomeConfiguredUser(configuration);
    const auto settings = checkedSettings(configuration);
    fcgi::Master master(
        {ownPath(binary), configuration}, fcgi::ListeningSocket::open(settings.fcgi.socket),
        [&] { return workersOf(checkedSettings(configuration)); }, fcgi::makeSharedSegment(settings));
    return master.run();
}

int usage(const std::string& wrong) {
    std::cerr << "claviger-fcgi: " << wrong << "; try claviger-fcgi --help\n";
    return kUsage;
}

int run(const std::vector<std::string>& words) {
    if (words.size() < 2) return usage("the configuration is missing");
    if (words.size() > 2) return usage("one argument is expected, the configuration");
    const auto& argument = words[1];
    if (argument == "--help" || argument == "-h") return std::cout << kHelp, EXIT_SUCCESS;
    if (argument == "--version") return std::cout << "claviger-fcgi " CLAVIGER_VERSION "\n", EXIT_SUCCESS;
    if (argument.starts_with('-')) return usage("there is no option " + argument);

    if (auto role = fcgi::WorkerRole::claim()) return runWorker(*role, argument);
    return runMaster(words[0], argument);
}

}  // namespace

int main(int count, char** words) {
    try {
        domain::secrets::forbidCoreDumps();
        domain::secrets::initialize();
        std::signal(SIGPIPE, SIG_IGN);
        return run({words, words + count});
    } catch (const std::exception& thrown) {
        std::cerr << "claviger-fcgi: " << thrown.what() << '\n';
        return kFailed;
    }
}

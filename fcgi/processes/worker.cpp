#include "fcgi/processes/worker.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "domain/secrets/core_dumps.h"
#include "fcgi/processes/pause.h"
#include "fcgi/server/acceptor.h"
#include "fcgi/telemetry/log.h"

namespace claviger::fcgi {
namespace {

using namespace std::chrono_literals;

constexpr auto kGrace = 3s;     // nginx leaves within moments, unless it starves; other peers get no more time
constexpr auto kLimit = 10s;    // for the whole drain
constexpr auto kPatience = 3s;  // for the event of a deferred answer; the rest of kLimit is for its work

sigset_t termination() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    return signals;
}

WorkerRole::Ended waitForTermination() {
    using Ended = WorkerRole::Ended;
    const auto signals = termination();
    siginfo_t info{};
    while (::sigwaitinfo(&signals, &info) < 0 && errno == EINTR) {
    }
    const bool isReplaced = info.si_code == SI_QUEUE && info.si_value.sival_int == static_cast<int>(Ended::kReplaced);
    return isReplaced ? Ended::kReplaced : Ended::kStopped;
}

// The descriptor that the master has left at this number. Empty if there is none.
Fd inherited(int fd) {
    return Fd(::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? fd : -1);
}

// Each connection needs a descriptor, and the usual soft limit of 1,024 is low.
void raiseFileLimit() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

const char* InheritedDescriptors::markerOf(ProcessRole role) {
    return role == ProcessRole::kWorker ? "FASTCGI_WORKER_OF" : "FASTCGI_POLLER_OF";
}

std::optional<WorkerRole> WorkerRole::claim() {
    for (const auto role : {ProcessRole::kWorker, ProcessRole::kPoller}) {
        const char* const marker = InheritedDescriptors::markerOf(role);
        const char* const master = std::getenv(marker);
        if (master == nullptr) continue;
        if (master != std::to_string(::getppid()))
            throw std::runtime_error(std::string(marker) + " is set, yet the parent is no master of mine");
        ::unsetenv(marker);
        return WorkerRole(role, inherited(InheritedDescriptors::kListener), inherited(InheritedDescriptors::kReadiness),
                          inherited(InheritedDescriptors::kSharedMemory));
    }
    return std::nullopt;
}

void WorkerRole::startUp() const {
    const auto signals = termination();
    ::pthread_sigmask(SIG_SETMASK, &signals, nullptr);  // all threads inherit it: serve() waits for it
    for (const int ignored : {SIGINT, SIGHUP, SIGPIPE}) std::signal(ignored, SIG_IGN);

    domain::secrets::forbidCoreDumps();
    raiseFileLimit();

    // The order closes the race: whenever the master has died, either the signal comes or getppid() differs.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != master_) std::_Exit(EXIT_FAILURE);
}

WorkerRole::Ended WorkerRole::serve(unsigned threads, const Application& application, const Hurry& hurry) {
    initializeRecordParser();
    Acceptor acceptor(std::move(listener_), threads, application);
    sayReady();
    const auto ended = waitForTermination();
    logLine({{"level", "info"}, {"event", "worker_draining"}, {"pid", ::getpid()}});
    hurry(kPatience);
    if (acceptor.drain(kGrace, kLimit)) return ended;
    logLine({{"level", "error"}, {"event", "worker_cut_off"}, {"pid", ::getpid()}});
    std::_Exit(EXIT_FAILURE);  // a thread hangs, so waiting longer would not help
}

void WorkerRole::poll(const std::function<bool(const Pause&)>& prepare, const std::function<void(const Pause&)>& work) {
    if (!prepare(pauseUnlessTerminated)) return;
    sayReady();
    work(pauseUnlessTerminated);
}

void WorkerRole::sayReady() {
    const char ready = InheritedDescriptors::kReady;
    [[maybe_unused]] const auto written = ::write(readiness_.get(), &ready, 1);
    readiness_.reset();
}

void WorkerRole::giveUp(const std::string& why) {
    if (!readiness_) {
        return logLine({{"level", "error"}, {"event", "process_failed"}, {"pid", ::getpid()}, {"reason", why}});
    }
    [[maybe_unused]] const auto written = ::write(readiness_.get(), why.data(), why.size());
    readiness_.reset();
}

}  // namespace claviger::fcgi

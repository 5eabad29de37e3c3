#include "fcgi/server/worker.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "fcgi/log.h"
#include "fcgi/server/acceptor.h"

namespace claviger::fcgi {
namespace {

using namespace std::chrono_literals;

constexpr auto kGrace = 3s;   // nginx leaves within moments, unless it starves; nobody waits for the others
constexpr auto kLimit = 10s;  // for all

void waitForTermination() {
    sigset_t termination;
    sigemptyset(&termination);
    sigaddset(&termination, SIGTERM);
    while (::sigwaitinfo(&termination, nullptr) < 0 && errno == EINTR) {
    }
}

// Each connection needs one, and the usual soft limit of 1,024 is low.
void raiseFileLimit() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

std::optional<WorkerRole> WorkerRole::claim() {
    const char* const marker = std::getenv(WorkerSeat::kMarker);
    if (marker == nullptr) return std::nullopt;
    if (marker != std::to_string(::getppid()))
        throw std::runtime_error(std::string(WorkerSeat::kMarker) + " is set, yet the parent is no master of mine");
    ::unsetenv(WorkerSeat::kMarker);
    for (const int fd : {WorkerSeat::kListener, WorkerSeat::kReadiness}) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    return WorkerRole(Fd(WorkerSeat::kListener), Fd(WorkerSeat::kReadiness), ::getppid());
}

void WorkerRole::settleIn() const {
    sigset_t termination;
    sigemptyset(&termination);
    sigaddset(&termination, SIGTERM);
    ::pthread_sigmask(SIG_SETMASK, &termination, nullptr);  // all threads inherit it: serve() waits for the signal
    for (const int ignored : {SIGINT, SIGHUP, SIGPIPE}) std::signal(ignored, SIG_IGN);

    constexpr rlimit kNone{0, 0};
    ::setrlimit(RLIMIT_CORE, &kNone);
    ::prctl(PR_SET_DUMPABLE, 0);
    raiseFileLimit();

    // The order closes the race: whenever the master has died, one of the two notices.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != master_) std::_Exit(EXIT_FAILURE);
}

void WorkerRole::serve(unsigned threads, const Application& application) {
    initializeRecordParser();
    Acceptor acceptor(std::move(listener_), threads, application);
    const char ready = WorkerSeat::kReady;
    static_cast<void>(::write(readiness_.get(), &ready, 1));
    readiness_.reset();

    waitForTermination();
    logLine({{"level", "info"}, {"event", "worker_draining"}, {"pid", ::getpid()}});
    if (acceptor.drain(kGrace, kLimit)) return;
    logLine({{"level", "error"}, {"event", "worker_cut_off"}, {"pid", ::getpid()}});
    std::_Exit(EXIT_FAILURE);  // a thread hangs: there is nothing to wait for
}

void WorkerRole::giveUp(const std::string& why) {
    static_cast<void>(::write(readiness_.get(), why.data(), why.size()));
    readiness_.reset();
}

}  // namespace claviger::fcgi

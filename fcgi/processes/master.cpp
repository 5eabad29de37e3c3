#include "fcgi/processes/master.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include "fcgi/telemetry/log.h"

namespace claviger::fcgi {
namespace {

using namespace std::chrono_literals;
using State = WorkerProcess::State;

constexpr auto kFirstPause = 100ms;
constexpr auto kLongestPause = 5s;
constexpr auto kReadyLimit = 30s;
constexpr auto kDrainLimit = 12s;   // a worker that is stopped ends itself after 10 s
constexpr auto kRetireLimit = 30s;  // a replaced one takes some seconds more to write what it has in memory
constexpr auto kTick = 100ms;       // how often to check, while a limit or a pause runs

Fd blockedSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    Fd fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd) throw std::system_error(errno, std::generic_category(), "signalfd");
    return fd;
}

void logWorker(const char* level, const char* event, const WorkerProcess& worker, LogFields more = {}) {
    LogFields fields{{"level", level},
                     {"event", event},
                     {"pid", worker.pid()},
                     {"generation", static_cast<std::int64_t>(worker.generation())}};
    fields.insert(fields.end(), more.begin(), more.end());
    logLine(fields);
}

std::string describe(int status) {
    if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
    return "exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Master::Master(std::vector<std::string> command, ListeningSocket socket, std::function<unsigned()> workers,
               Fd sharedMemory)
    : command_(std::move(command)),
      socket_(std::move(socket)),
      countWorkers_(std::move(workers)),
      sharedMemory_(std::move(sharedMemory)),
      signals_(blockedSignals()) {
    if (sharedMemory_) poller_.emplace(command_, sharedMemory_.get());
}

Master::~Master() {
    for (auto& worker : workers_) worker.kill("the master ends");
}

int Master::run() {
    wanted_ = countWorkers_();
    startGeneration(current_, wanted_);
    while (!exitStatus_ || !workers_.empty() || (poller_ && !poller_->gone())) {
        if (poller_) poller_->tend();
        wait();
        onSignals();
        for (auto& worker : workers_)
            if (worker.readiness() >= 0 && worker.hear()) onReady(worker);
        reapChildren();
        promoteIfReady();
        killTheLate();
        respawn();
        if (poller_ && exitStatus_ && workers_.empty()) poller_->stop();
    }
    logLine({{"level", "info"}, {"event", "master_stopped"}, {"pid", ::getpid()}});
    return *exitStatus_;
}

void Master::startGeneration(unsigned generation, unsigned workers) {
    for (unsigned i = 0; i < workers; ++i)
        workers_.push_back(WorkerProcess::start(
            command_, {ProcessRole::kWorker, socket_.fd(), sharedMemory_ ? sharedMemory_.get() : -1}, generation));
}

int Master::timeoutMs() const {
    const bool limited = missing() > 0 || (poller_ && poller_->waits()) ||
                         std::any_of(workers_.begin(), workers_.end(),
                                     [](const auto& worker) { return worker.state() != State::kReady; });
    return limited ? static_cast<int>(std::chrono::milliseconds(kTick).count()) : -1;
}

void Master::wait() {
    std::vector<pollfd> fds{{signals_.get(), POLLIN, 0}};
    for (const auto& worker : workers_)
        if (worker.readiness() >= 0) fds.push_back({worker.readiness(), POLLIN, 0});
    if (poller_)
        for (const int descriptor : poller_->readiness()) fds.push_back({descriptor, POLLIN, 0});
    ::poll(fds.data(), fds.size(), timeoutMs());
}

void Master::onSignals() {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) stop(0);
        if (info.ssi_signo == SIGHUP) reload();
    }
}

void Master::onReady(const WorkerProcess& worker) {
    logWorker("info", "worker_ready", worker);
    if (worker.generation() == current_) pause_ = {};  // this generation can get ready
    everReady_ = true;
}

// Visits all workers, since several deaths may come as one SIGCHLD.
void Master::reapChildren() {
    for (auto worker = workers_.begin(); worker != workers_.end();) {
        int status = 0;
        if (::waitpid(worker->pid(), &status, WNOHANG) != worker->pid()) {
            ++worker;
            continue;
        }
        if (worker->readiness() >= 0) worker->hear();  // the reason, if it has written one
        const auto dead = std::move(*worker);
        worker = workers_.erase(worker);
        onDeath(dead, status);
    }
}

void Master::onDeath(const WorkerProcess& worker, int status) {
    const bool expected = worker.state() == State::kDraining;
    LogFields details{{"what", describe(status)}};
    if (!worker.reason().empty()) details.emplace_back("reason", worker.reason());
    logWorker(expected && status == 0 ? "info" : "error", expected ? "worker_drained" : "worker_died", worker, details);
    if (expected || exitStatus_) return;

    if (worker.generation() == next_)
        return abandonReload(worker.reason().empty() ? describe(status) : worker.reason());
    if (!everReady_) return stop(1);  // the caller must learn of it by the exit status
    if (!worker.wasReady()) backOff();
}

void Master::backOff() {
    pause_ = std::clamp<Clock::duration>(2 * pause_, kFirstPause, kLongestPause);
    respawnAt_ = Clock::now() + pause_;
}

unsigned Master::missing() const {
    const auto alive = std::count_if(workers_.begin(), workers_.end(), [this](const auto& worker) {
        return worker.generation() == current_ && worker.state() != State::kDraining;
    });
    return wanted_ - static_cast<unsigned>(alive);
}

void Master::respawn() {
    if (exitStatus_ || missing() == 0 || Clock::now() < respawnAt_) return;
    try {
        startGeneration(current_, missing());
    } catch (const std::system_error& thrown) {
        logLine({{"level", "error"}, {"event", "worker_not_started"}, {"reason", thrown.what()}});
        backOff();
    }
}

void Master::reload() {
    if (exitStatus_) return;
    reloadAgain_ = next_.has_value();
    if (reloadAgain_) return;
    next_ = ++newest_;
    logLine({{"level", "info"}, {"event", "reload_started"}, {"generation", static_cast<std::int64_t>(*next_)}});
    try {
        nextWanted_ = countWorkers_();
        startGeneration(*next_, nextWanted_);
    } catch (const std::exception& thrown) {
        abandonReload(thrown.what());
    }
}

void Master::abandonReload(const std::string& why) {
    logLine({{"level", "error"},
             {"event", "reload_failed"},
             {"reason", why},
             {"kept", static_cast<std::int64_t>(current_)}});
    drainWhere([this](const auto& worker) { return worker.generation() == next_; });
    next_.reset();
    if (std::exchange(reloadAgain_, false)) reload();
}

void Master::promoteIfReady() {
    if (!next_ || exitStatus_) return;
    const auto ready = std::count_if(workers_.begin(), workers_.end(), [this](const auto& worker) {
        return worker.generation() == next_ && worker.state() == State::kReady;
    });
    if (static_cast<unsigned>(ready) < nextWanted_) return;
    current_ = *next_;
    wanted_ = nextWanted_;
    next_.reset();
    pause_ = {};
    respawnAt_ = {};
    logLine({{"level", "info"}, {"event", "reload_done"}, {"generation", static_cast<std::int64_t>(current_)}});
    for (auto& worker : workers_)
        if (worker.generation() != current_) worker.retire();
    if (poller_) poller_->replace();
    if (std::exchange(reloadAgain_, false)) reload();
}

template <class Predicate>
void Master::drainWhere(Predicate chosen) {
    for (auto& worker : workers_)
        if (chosen(worker)) worker.drain();
}

void Master::stop(int status) {
    if (exitStatus_) return;
    exitStatus_ = status;
    logLine({{"level", "info"}, {"event", "master_stopping"}, {"pid", ::getpid()}});
    socket_.remove();  // first: connections made before are in the backlog, which the workers take
    drainWhere([](const auto&) { return true; });
}

void Master::killTheLate() {
    const auto now = Clock::now();
    for (auto& worker : workers_) {
        if (worker.state() == State::kStarting && now - worker.since() > kReadyLimit) worker.kill("not ready in time");
        if (worker.state() == State::kDraining && now - worker.since() > (exitStatus_ ? kDrainLimit : kRetireLimit))
            worker.kill("not drained in time");
    }
}

}  // namespace claviger::fcgi

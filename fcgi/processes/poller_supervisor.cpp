#include "fcgi/processes/poller_supervisor.h"

#include <sys/wait.h>

#include <algorithm>
#include <system_error>

#include "fcgi/telemetry/log.h"

namespace claviger::fcgi {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstPause = 100ms;
constexpr auto kLongestPause = 5s;
constexpr auto kSoon = 10s;      // a poller that lasts longer has not failed at its start
constexpr auto kStopLimit = 5s;  // the poller's database time-outs let it end before that

}  // namespace

PollerSupervisor::~PollerSupervisor() {
    if (poller_) poller_->kill("the master ends");
}

void PollerSupervisor::tend() {
    if (poller_ && poller_->readiness() >= 0) poller_->hear();
    reap();
    if (poller_ && poller_->state() == WorkerProcess::State::kDraining && Clock::now() - poller_->since() > kStopLimit)
        poller_->kill("not stopped in time");
    if (!poller_ && !stopped_ && Clock::now() >= startAt_) start();
}

void PollerSupervisor::replace() {
    if (poller_) poller_->drain();
}

void PollerSupervisor::stop() {
    stopped_ = true;
    replace();
}

bool PollerSupervisor::waits() const {
    return poller_ ? poller_->state() != WorkerProcess::State::kReady : !stopped_;
}

void PollerSupervisor::start() {
    try {
        poller_ = WorkerProcess::start(command_, {ProcessRole::kPoller, -1, sharedMemory_}, 0);
    } catch (const std::system_error& thrown) {
        logLine({{"level", "error"}, {"event", "poller_not_started"}, {"reason", thrown.what()}});
        startAt_ = Clock::now() + kLongestPause;
    }
}

void PollerSupervisor::reap() {
    int status = 0;
    if (!poller_ || ::waitpid(poller_->pid(), &status, WNOHANG) != poller_->pid()) return;
    if (poller_->readiness() >= 0) poller_->hear();  // the reason, if it has written one
    const bool expected = poller_->state() == WorkerProcess::State::kDraining;
    logLine({{"level", expected ? "info" : "error"},
             {"event", expected ? "poller_stopped" : "poller_died"},
             {"pid", poller_->pid()},
             {"reason", poller_->reason()}});
    const bool lasted = poller_->state() == WorkerProcess::State::kReady && Clock::now() - poller_->since() >= kSoon;
    if (expected || lasted)
        pause_ = {};
    else
        backOff();
    poller_.reset();
}

void PollerSupervisor::backOff() {
    pause_ = std::clamp<Clock::duration>(2 * pause_, kFirstPause, kLongestPause);
    startAt_ = Clock::now() + pause_;
}

}  // namespace claviger::fcgi

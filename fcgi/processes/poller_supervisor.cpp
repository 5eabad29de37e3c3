#include "fcgi/processes/poller_supervisor.h"

#include <sys/wait.h>

#include <algorithm>
#include <system_error>

#include "fcgi/telemetry/log.h"

namespace claviger::fcgi {
namespace {

using namespace std::chrono_literals;

using State = WorkerProcess::State;

constexpr auto kFirstPause = 100ms;
constexpr auto kLongestPause = 5s;
constexpr auto kSoon = 10s;            // a poller that lasts longer has not failed at its start
constexpr auto kSuccessorLimit = 10s;  // to get ready, while its predecessor works
constexpr auto kStopLimit = 5s;        // the poller's database time-outs let it end before that

}  // namespace

PollerSupervisor::~PollerSupervisor() {
    for (auto& poller : pollers_) poller.kill("the master ends");
}

void PollerSupervisor::tend() {
    for (auto& poller : pollers_)
        if (poller.readiness() >= 0 && poller.hear()) endPredecessorsOf(poller);
    reap();
    killTheLate();
    const bool isWanted = pollers_.empty() || (replaceAgain_ && pollers_.back().state() == State::kReady);
    if (isWanted && !stopped_ && Clock::now() >= startAt_) start();
}

void PollerSupervisor::replace() {
    if (pollers_.empty()) return;  // tend() starts one
    if (pollers_.back().state() == State::kStarting)
        replaceAgain_ = true;  // it may have read the earlier configuration
    else
        start();
}

void PollerSupervisor::stop() {
    stopped_ = true;
    endAll();
}

std::vector<int> PollerSupervisor::readiness() const {
    std::vector<int> descriptors;
    for (const auto& poller : pollers_)
        if (poller.readiness() >= 0) descriptors.push_back(poller.readiness());
    return descriptors;
}

bool PollerSupervisor::waits() const {
    if (pollers_.empty()) return !stopped_;
    return replaceAgain_ || pollers_.size() > 1 || pollers_.back().state() != State::kReady;
}

void PollerSupervisor::start() {
    replaceAgain_ = false;
    try {
        pollers_.push_back(WorkerProcess::start(command_, {ProcessRole::kPoller, -1, sharedMemory_}, 0));
    } catch (const std::system_error& thrown) {
        logLine({{"level", "error"}, {"event", "poller_not_started"}, {"reason", thrown.what()}});
        startAt_ = Clock::now() + kLongestPause;
        replaceAgain_ = !pollers_.empty();
    }
}

void PollerSupervisor::endPredecessorsOf(const WorkerProcess& successor) {
    for (auto& poller : pollers_) {
        if (&poller == &successor) return;
        poller.drain();
    }
}

void PollerSupervisor::endAll() {
    for (auto& poller : pollers_) poller.drain();
}

void PollerSupervisor::reap() {
    for (auto poller = pollers_.begin(); poller != pollers_.end();) {
        int status = 0;
        if (::waitpid(poller->pid(), &status, WNOHANG) != poller->pid()) {
            ++poller;
            continue;
        }
        if (poller->readiness() >= 0) poller->hear();  // the reason, if it has written one
        const auto dead = std::move(*poller);
        poller = pollers_.erase(poller);
        onDeath(dead, poller == pollers_.end());
    }
}

// A successor that dies leaves its predecessor, which has the earlier binary or configuration, and may have lost its
// claim. That one is ended, so that tend() starts another.
void PollerSupervisor::onDeath(const WorkerProcess& dead, bool wasNewest) {
    const bool expected = dead.state() == State::kDraining;
    logLine({{"level", expected ? "info" : "error"},
             {"event", expected ? "poller_stopped" : "poller_died"},
             {"pid", dead.pid()},
             {"reason", dead.reason()}});
    const bool lasted = dead.state() == State::kReady && Clock::now() - dead.since() >= kSoon;
    if (expected || lasted)
        pause_ = {};
    else
        backOff();
    if (!expected && wasNewest) endAll();
}

void PollerSupervisor::killTheLate() {
    const auto now = Clock::now();
    for (auto& poller : pollers_) {
        const auto since = now - poller.since();
        if (poller.state() == State::kDraining && since > kStopLimit) poller.kill("not stopped in time");
        if (poller.state() == State::kStarting && pollers_.size() > 1 && since > kSuccessorLimit)
            poller.kill("not ready in time");
    }
}

void PollerSupervisor::backOff() {
    pause_ = std::clamp<Clock::duration>(2 * pause_, kFirstPause, kLongestPause);
    startAt_ = Clock::now() + pause_;
}

}  // namespace claviger::fcgi

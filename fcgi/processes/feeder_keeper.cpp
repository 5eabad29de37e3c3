#include "fcgi/processes/feeder_keeper.h"

#include <sys/wait.h>

#include <algorithm>
#include <system_error>

#include "fcgi/telemetry/log.h"

namespace claviger::fcgi {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstPause = 100ms;
constexpr auto kLongestPause = 5s;
constexpr auto kSoon = 10s;      // a feeder that lasts longer has not failed at its start
constexpr auto kStopLimit = 5s;  // the feeder's database time-outs let it end before that

}  // namespace

FeederKeeper::~FeederKeeper() {
    if (feeder_) feeder_->kill("the master ends");
}

void FeederKeeper::tend() {
    if (feeder_ && feeder_->readiness() >= 0) feeder_->hear();
    bury();
    if (feeder_ && feeder_->state() == WorkerProcess::State::kDraining && Clock::now() - feeder_->since() > kStopLimit)
        feeder_->kill("not stopped in time");
    if (!feeder_ && !stopped_ && Clock::now() >= startAt_) start();
}

void FeederKeeper::replace() {
    if (feeder_) feeder_->drain();
}

void FeederKeeper::stop() {
    stopped_ = true;
    replace();
}

bool FeederKeeper::waits() const {
    return feeder_ ? feeder_->state() != WorkerProcess::State::kReady : !stopped_;
}

void FeederKeeper::start() {
    try {
        feeder_ = WorkerProcess::start(command_, {Duty::kFeeder, -1, sharedMemory_}, 0);
    } catch (const std::system_error& thrown) {
        logLine({{"level", "error"}, {"event", "feeder_not_started"}, {"reason", thrown.what()}});
        startAt_ = Clock::now() + kLongestPause;
    }
}

void FeederKeeper::bury() {
    int status = 0;
    if (!feeder_ || ::waitpid(feeder_->pid(), &status, WNOHANG) != feeder_->pid()) return;
    if (feeder_->readiness() >= 0) feeder_->hear();  // the reason, if it has written one
    const bool expected = feeder_->state() == WorkerProcess::State::kDraining;
    logLine({{"level", expected ? "info" : "error"},
             {"event", expected ? "feeder_stopped" : "feeder_died"},
             {"pid", feeder_->pid()},
             {"reason", feeder_->reason()}});
    const bool lasted = feeder_->state() == WorkerProcess::State::kReady && Clock::now() - feeder_->since() >= kSoon;
    if (expected || lasted)
        pause_ = {};
    else
        backOff();
    feeder_.reset();
}

void FeederKeeper::backOff() {
    pause_ = std::clamp<Clock::duration>(2 * pause_, kFirstPause, kLongestPause);
    startAt_ = Clock::now() + pause_;
}

}  // namespace claviger::fcgi

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "fcgi/processes/worker_process.h"

namespace claviger::fcgi {

// Keeps one poller beside a master's workers, and never two. A poller that has ended is replaced at once. If it died
// within 10 s after it was ready, or before, a pause comes first, which doubles from 100 ms up to 5 s. Single-threaded,
// the master's. Throws nothing but std::bad_alloc.
class PollerSupervisor {
public:
    // `command` starts a poller: the binary's path and its arguments. The descriptor `sharedMemory` must outlive this.
    PollerSupervisor(std::vector<std::string> command, int sharedMemory)
        : command_(std::move(command)), sharedMemory_(sharedMemory) {}
    ~PollerSupervisor();  // kills the poller, if there is one
    PollerSupervisor(const PollerSupervisor&) = delete;
    PollerSupervisor& operator=(const PollerSupervisor&) = delete;

    // To be called in each round of the master. Reads the poller's readiness and reaps it when it has ended. Kills it
    // if it has not ended 5 s after SIGTERM. Starts one if none is there.
    void tend();

    void replace();  // ends it; tend() then starts one with the current binary and configuration
    void stop();     // ends it for good

    bool gone() const { return !poller_; }                                 // no poller process is there
    int readiness() const { return poller_ ? poller_->readiness() : -1; }  // poll it for reading; -1: none
    bool waits() const;  // true: call tend() at intervals, no descriptor signals the moment

private:
    using Clock = std::chrono::steady_clock;

    void start();
    void reap();
    void backOff();

    const std::vector<std::string> command_;
    const int sharedMemory_;
    std::optional<WorkerProcess> poller_;
    bool stopped_ = false;
    Clock::time_point startAt_;
    Clock::duration pause_{};
};

}  // namespace claviger::fcgi

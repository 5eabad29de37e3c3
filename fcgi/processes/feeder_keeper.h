#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "fcgi/processes/worker_process.h"

namespace claviger::fcgi {

// Keeps one feeder beside a master's workers, and never two. A feeder that has ended is replaced at once. If it died
// within 10 s after it was ready, or before, a pause comes first, which doubles from 100 ms up to 5 s. Single-threaded,
// the master's. Throws nothing but std::bad_alloc.
class FeederKeeper {
public:
    // `command` starts a feeder: the binary's path and its arguments. The descriptor `sharedMemory` must outlive this.
    FeederKeeper(std::vector<std::string> command, int sharedMemory)
        : command_(std::move(command)), sharedMemory_(sharedMemory) {}
    ~FeederKeeper();  // kills the feeder, if there is one
    FeederKeeper(const FeederKeeper&) = delete;
    FeederKeeper& operator=(const FeederKeeper&) = delete;

    // To be called in each round of the master. Reads the feeder's readiness and reaps it when it has ended. Kills it
    // if it has not ended 5 s after SIGTERM. Starts one if none is there.
    void tend();

    void replace();  // ends it; tend() then starts one with the current binary and configuration
    void stop();     // ends it for good

    bool gone() const { return !feeder_; }                                 // no feeder process is there
    int readiness() const { return feeder_ ? feeder_->readiness() : -1; }  // poll it for reading; -1: none
    bool waits() const;  // true: call tend() at intervals, no descriptor signals the moment

private:
    using Clock = std::chrono::steady_clock;

    void start();
    void bury();
    void backOff();

    const std::vector<std::string> command_;
    const int sharedMemory_;
    std::optional<WorkerProcess> feeder_;
    bool stopped_ = false;
    Clock::time_point startAt_;
    Clock::duration pause_{};
};

}  // namespace claviger::fcgi

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "fcgi/server/worker_process.h"

namespace claviger::fcgi {

// Keeps one feeder beside a master's workers, and never two: it starts one where none is, after a pause if the last one
// was never ready. Single-threaded, the master's.
class FeederKeeper {
public:
    FeederKeeper(std::vector<std::string> command, int sharedMemory)
        : command_(std::move(command)), sharedMemory_(sharedMemory) {}
    ~FeederKeeper();
    FeederKeeper(const FeederKeeper&) = delete;
    FeederKeeper& operator=(const FeederKeeper&) = delete;

    // To be called in each round of the master: hears and buries the feeder, and starts one where it is missing.
    void tend();

    void replace();  // by one of the binary and the configuration of now
    void stop();     // for good

    bool gone() const { return !feeder_; }
    int readiness() const { return feeder_ ? feeder_->readiness() : -1; }  // to be polled for reading, or -1
    bool waits() const;                                                    // for a moment that no descriptor tells of

private:
    using Clock = std::chrono::steady_clock;

    void start();
    void bury();

    const std::vector<std::string> command_;
    const int sharedMemory_;
    std::optional<WorkerProcess> feeder_;
    bool stopped_ = false;
    Clock::time_point startAt_;
    Clock::duration pause_{};
};

}  // namespace claviger::fcgi

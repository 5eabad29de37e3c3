#pragma once

#include <chrono>
#include <list>
#include <string>
#include <vector>

#include "fcgi/processes/worker_process.h"

namespace claviger::fcgi {

// Keeps one poller beside a master's workers. At a reload a second one starts beside it and takes over; then the first
// one is ended. If the second one cannot get ready, the first one is ended all the same, and another is started. A
// poller that has ended is replaced at once. If it died within 10 s after it was ready, or before, a pause comes first,
// which doubles from 100 ms up to 5 s. Single-threaded, the master's. Throws nothing but std::bad_alloc.
class PollerSupervisor {
public:
    // `command` starts a poller: the binary's path and its arguments. The descriptor `sharedMemory` must outlive this.
    PollerSupervisor(std::vector<std::string> command, int sharedMemory)
        : command_(std::move(command)), sharedMemory_(sharedMemory) {}
    ~PollerSupervisor();  // kills the pollers that are there
    PollerSupervisor(const PollerSupervisor&) = delete;
    PollerSupervisor& operator=(const PollerSupervisor&) = delete;

    // To be called in each round of the master. Reads the readiness of the pollers and reaps those that have ended.
    // Kills one that has not ended 5 s after SIGTERM, and a successor that is not ready after 10 s. Starts one if none
    // is there.
    void tend();

    void replace();  // starts a successor with the current binary and configuration
    void stop();     // ends all for good

    bool gone() const { return pollers_.empty(); }  // no poller process is there
    std::vector<int> readiness() const;             // poll these for reading
    bool waits() const;                             // true: call tend() at intervals, no descriptor signals the moment

private:
    using Clock = std::chrono::steady_clock;

    void start();
    void endPredecessorsOf(const WorkerProcess&);
    void endAll();
    void reap();
    void onDeath(const WorkerProcess&, bool wasNewest);
    void killTheLate();
    void backOff();

    const std::vector<std::string> command_;
    const int sharedMemory_;
    std::list<WorkerProcess> pollers_;  // the newest last; all others are predecessors
    bool stopped_ = false;
    bool replaceAgain_ = false;  // replace() was called while a successor was starting, or could start none
    Clock::time_point startAt_;
    Clock::duration pause_{};
};

}  // namespace claviger::fcgi

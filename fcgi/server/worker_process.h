#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "fcgi/server/fd.h"
#include "fcgi/server/worker.h"

namespace claviger::fcgi {

// One worker, or the feeder, as its master sees it.
class WorkerProcess {
public:
    enum class State {
        kStarting,
        kReady,
        kDraining,  // has been told to go
    };

    // What the seat of a new process holds; -1: nothing there.
    struct Seat {
        Duty duty;
        int listener;
        int sharedMemory;
    };

    // Starts `command` (the binary's path, then its arguments) in the seat; the binary is what stands at the path now.
    // What goes wrong from the exec on comes as a reason. Throws std::system_error.
    static WorkerProcess start(const std::vector<std::string>& command, const Seat&, unsigned generation);

    pid_t pid() const { return pid_; }
    unsigned generation() const { return generation_; }
    State state() const { return state_; }
    bool wasReady() const { return wasReady_; }
    std::chrono::steady_clock::time_point since() const { return since_; }  // of the state
    const std::string& reason() const { return reason_; }                   // why it is not ready

    int readiness() const { return readiness_.get(); }  // to be polled for reading, or -1

    // Reads what the worker has to say. True if it has just become ready.
    bool hear();

    void drain();
    void kill(const std::string& why);

private:
    WorkerProcess(pid_t pid, Fd readiness, unsigned generation)
        : pid_(pid), readiness_(std::move(readiness)), generation_(generation) {}

    void enter(State);

    pid_t pid_;
    Fd readiness_;
    unsigned generation_;
    State state_ = State::kStarting;
    bool wasReady_ = false;
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
    std::string reason_;
};

}  // namespace claviger::fcgi

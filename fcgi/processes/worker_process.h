#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "fcgi/processes/worker.h"
#include "fcgi/server/fd.h"

namespace claviger::fcgi {

// The master's handle of one worker, or of the poller. It owns the reading end of the readiness pipe, not the process:
// destruction neither ends nor reaps it. Single-threaded, the master's.
class WorkerProcess {
public:
    enum class State {
        kStarting,
        kReady,
        kDraining,  // drain() or retire() was called
    };

    // The descriptors that a new process inherits, and its role; -1: none. They stay the caller's.
    struct Start {
        ProcessRole role;
        int listener;
        int sharedMemory;
    };

    // Starts `command` (the binary's path, then its arguments) with these descriptors. The binary is the one that is at
    // the path now. Throws std::system_error if no process can be started. A failure from the exec on arrives as
    // reason().
    static WorkerProcess start(const std::vector<std::string>& command, const Start&, unsigned generation);

    pid_t pid() const { return pid_; }
    unsigned generation() const { return generation_; }
    State state() const { return state_; }
    bool wasReady() const { return wasReady_; }
    std::chrono::steady_clock::time_point since() const { return since_; }  // of the state
    const std::string& reason() const { return reason_; }                   // why it is not ready; empty: none given

    int readiness() const { return readiness_.get(); }  // poll it for reading; -1: the pipe has ended

    // Reads from the readiness pipe; never waits. True if the process has just become ready. A text becomes reason().
    bool hear();

    void drain();                       // SIGTERM, once: the master stops
    void retire();                      // SIGTERM with kReplaced, unless it drains: others serve in its place
    void kill(const std::string& why);  // SIGKILL; `why` is the reason unless there is one

private:
    WorkerProcess(pid_t pid, Fd readiness, unsigned generation)
        : pid_(pid), readiness_(std::move(readiness)), generation_(generation) {}

    void enter(State);

    pid_t pid_;
    Fd readiness_;
    unsigned generation_;
    State state_ = State::kStarting;
    bool isStopped_ = false;  // SIGTERM was sent
    bool wasReady_ = false;
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
    std::string reason_;
};

}  // namespace claviger::fcgi

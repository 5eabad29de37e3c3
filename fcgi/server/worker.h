#pragma once

#include <unistd.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "fcgi/http/answer.h"
#include "fcgi/server/fd.h"

namespace claviger::fcgi {

// What a process that a master has started is there for.
enum class Duty {
    kWorker,  // serves requests
    kFeeder,  // the one beside the workers that keeps what they share in memory true
};

// What a master hands to a process that it has made a worker or the feeder, through fixed file descriptors and one
// variable of the environment; see Master.
class WorkerRole {
public:
    // The role, if this process is the child of the master that is its parent. The marker is taken out of the
    // environment. Call it before any thread. Throws std::runtime_error if that master is gone already.
    static std::optional<WorkerRole> claim();

    Duty duty() const { return duty_; }

    // The memory that the master shares with all whom it starts; -1 if it has none.
    int sharedMemory() const { return sharedMemory_ ? sharedMemory_.get() : -1; }

    // Dies with its master (SIGTERM: it drains), leaves no core, is no debugger's prey of the same user, and hears
    // its master alone: Ctrl-C reaches the whole group of a terminal.
    void settleIn() const;

    // A worker: serves until SIGTERM, then drains; tells the master when it is ready. Returns when the last connection
    // has been answered and closed. After 10 s it gives up and ends the process. When it begins to drain it calls
    // `hurry` with how long a deferred answer may still wait to become ready.
    using Hurry = std::function<void(std::chrono::milliseconds)>;
    void serve(
        unsigned threads, const Application&, const Hurry& hurry = [](auto) {});

    // Waits so long; false if SIGTERM has come.
    using Pause = std::function<bool(std::chrono::milliseconds)>;

    // The feeder: tells the master that it is ready and runs `work`, which is to return soon after SIGTERM.
    void feed(const std::function<void(const Pause&)>& work);

    // Tells the master, which will log it, why this process cannot get ready.
    void giveUp(const std::string& why);

private:
    WorkerRole(Duty duty, Fd listener, Fd readiness, Fd sharedMemory)
        : duty_(duty),
          listener_(std::move(listener)),
          readiness_(std::move(readiness)),
          sharedMemory_(std::move(sharedMemory)),
          master_(::getppid()) {}

    void sayReady();

    Duty duty_;
    Fd listener_, readiness_, sharedMemory_;
    int master_;
};

// The side of the master: where who it starts finds the role.
struct WorkerSeat {
    static constexpr int kListener = 3;  // a worker's alone
    static constexpr int kReadiness = 4;
    static constexpr int kSharedMemory = 5;
    static constexpr char kReady = 'R';  // anything else on the pipe is why it is not

    static const char* markerOf(Duty);  // names a variable that holds the master's process id
};

}  // namespace claviger::fcgi

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "fcgi/http/response.h"
#include "fcgi/server/fd.h"

namespace claviger::fcgi {

// What a master hands to a process that it has made a worker, through fixed file descriptors and one variable of the
// environment; see Master.
class WorkerRole {
public:
    // The role, if this process is the worker of the master that is its parent. The marker is taken out of the
    // environment. Call it before any thread. Throws std::runtime_error if that master is gone already.
    static std::optional<WorkerRole> claim();

    // Dies with its master (SIGTERM: it drains), leaves no core, is no debugger's prey of the same user, and hears
    // its master alone: Ctrl-C reaches the whole group of a terminal.
    void settleIn() const;

    // Serves until SIGTERM, then drains; tells the master when it is ready. Returns when the last connection has
    // been answered and closed. After 10 s it gives up and ends the process.
    void serve(unsigned threads, const Application&);

    // Tells the master, which will log it, why this worker cannot get ready.
    void giveUp(const std::string& why);

private:
    WorkerRole(Fd listener, Fd readiness, int master)
        : listener_(std::move(listener)), readiness_(std::move(readiness)), master_(master) {}

    Fd listener_, readiness_;
    int master_;
};

// The side of the master: where a new worker finds its role.
struct WorkerSeat {
    static constexpr int kListener = 3;
    static constexpr int kReadiness = 4;
    static constexpr const char* kMarker = "FASTCGI_WORKER_OF";  // the master's process id
    static constexpr char kReady = 'R';                          // anything else on the pipe is why it is not
};

}  // namespace claviger::fcgi

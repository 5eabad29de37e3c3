#pragma once

#include <unistd.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "fcgi/http/answer.h"
#include "fcgi/server/fd.h"

namespace claviger::fcgi {

// The purpose of a process that a master has started.
enum class ProcessRole {
    kWorker,  // serves requests
    kPoller,  // the one process that keeps the workers' shared memory up to date
};

// The role that a master gives to a process that it starts, as worker or poller. It consists of inherited descriptors
// at fixed numbers and one environment variable; see Master. Used by the process's main thread only.
class WorkerRole {
public:
    // The role of this process, taken from its environment and descriptors; the variable is removed. nullopt if no
    // master has started it. Call it before any thread starts. Throws std::runtime_error if the variable is set and its
    // master is not the parent, for example because that master has ended.
    static std::optional<WorkerRole> claim();

    ProcessRole role() const { return role_; }

    // The descriptor of the memory that the master shares with all of its processes; owned by this. -1 if it has none.
    int sharedMemory() const { return sharedMemory_ ? sharedMemory_.get() : -1; }

    // Prepares the process; call it before any thread starts. From then on SIGTERM is blocked: serve() and poll() wait
    // for it. The master's death sends SIGTERM, so that a worker drains. Only the master ends this process: SIGINT and
    // SIGHUP are ignored, since Ctrl-C reaches the whole group of a terminal. SIGPIPE is ignored too. The process
    // leaves no core dump, and no other process of its account can read its memory. Its limit of descriptors is raised
    // to the hard limit. Ends the process if the master has ended already.
    void startUp() const;

    // Why a worker ends: its master stops, or has started other workers in its place.
    enum class Ended { kStopped, kReplaced };  // the values that SIGTERM brings (sigqueue(3)); kStopped without one

    // A worker: reports to the master that it is ready, serves until SIGTERM, then drains. Blocks until the last
    // connection has had its response and is closed. If that takes over 10 s, logs `worker_cut_off` and ends the
    // process. When the drain begins, it calls `hurry` with the time that a deferred answer may still wait to become
    // ready. Returns the value that came with SIGTERM. To be called once; `application` must outlive the call. Throws
    // std::runtime_error (std::system_error) if it cannot start serving.
    using Hurry = std::function<void(std::chrono::milliseconds)>;
    Ended serve(
        unsigned threads, const Application&, const Hurry& hurry = [](auto) {});

    // Blocks for the given time: true. False at once if SIGTERM comes.
    using Pause = std::function<bool(std::chrono::milliseconds)>;

    // The poller: runs `prepare`, reports to the master that it is ready, and runs `work`. Both must end soon after
    // SIGTERM. `prepare` returns false if it came; then there is no more to do. All that may fail comes before the
    // report. Blocks until `work` returns. Passes on what they throw.
    void poll(const std::function<bool(const Pause&)>& prepare, const std::function<void(const Pause&)>& work);

    // Reports to the master why this process cannot get ready; the master logs it. Once this process has reported that
    // it is ready, logs the reason itself (`process_failed`).
    void giveUp(const std::string& why);

private:
    WorkerRole(ProcessRole role, Fd listener, Fd readiness, Fd sharedMemory)
        : role_(role),
          listener_(std::move(listener)),
          readiness_(std::move(readiness)),
          sharedMemory_(std::move(sharedMemory)),
          master_(::getppid()) {}

    void sayReady();

    ProcessRole role_;
    Fd listener_, readiness_, sharedMemory_;
    int master_;
};

// The master's side: where a process that it starts finds the role.
struct InheritedDescriptors {
    static constexpr int kListener = 3;  // for a worker only
    static constexpr int kReadiness = 4;
    static constexpr int kSharedMemory = 5;
    static constexpr char kReady = 'R';  // any other text on the pipe is the reason why the process is not ready

    static const char* markerOf(ProcessRole);  // the name of the variable that holds the master's process id
};

}  // namespace claviger::fcgi

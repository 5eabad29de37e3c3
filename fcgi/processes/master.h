#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "fcgi/processes/listening_socket.h"
#include "fcgi/processes/poller_supervisor.h"
#include "fcgi/processes/worker_process.h"

namespace claviger::fcgi {

// Keeps W workers on one listening socket, and a poller if they share memory. Serves no request itself.
// Single-threaded. SIGTERM, SIGINT, SIGHUP and SIGCHLD stay blocked in this process.
//
//   a worker dies      another is started, at once; after a pause that doubles up to 5 s if it was never ready
//   SIGHUP             a new generation is started, from the current binary and configuration. When all its
//                      workers are ready, the old one drains. If one fails, the old generation stays, and a
//                      line says why.
//                      A SIGHUP during a reload starts another reload after it
//   SIGTERM, SIGINT    all drain, the socket is removed, the poller ends last, run() returns
class Master {
public:
    // `command` starts a worker: this binary's path and its arguments. `workers` returns their number. It is called at
    // the start, where it may throw out of run(), and at each SIGHUP, where an exception keeps the old generation. All
    // processes inherit `sharedMemory`; without it there is no poller. Throws std::system_error.
    Master(std::vector<std::string> command, ListeningSocket, std::function<unsigned()> workers, Fd sharedMemory = {});
    ~Master();  // kills the processes that are left

    // Blocks until all processes have ended. The result is the exit status: 0 after SIGTERM or SIGINT, 1 if a worker
    // has died before any was ready. Throws what `workers` throws at the start, and std::system_error if the first
    // workers cannot be started. To be called once.
    int run();

private:
    using Clock = std::chrono::steady_clock;

    void startGeneration(unsigned generation, unsigned workers);
    void wait();
    void onSignals();
    void onReady(const WorkerProcess&);
    void reapChildren();
    void onDeath(const WorkerProcess&, int status);
    void reload();
    void abandonReload(const std::string& why);
    void promoteIfReady();
    void stop(int status);
    void respawn();
    void backOff();
    unsigned missing() const;  // how many workers the current generation lacks
    void killTheLate();
    int timeoutMs() const;
    template <class Predicate>
    void drainWhere(Predicate);

    const std::vector<std::string> command_;
    ListeningSocket socket_;
    const std::function<unsigned()> countWorkers_;
    const Fd sharedMemory_;
    Fd signals_;

    std::optional<PollerSupervisor> poller_;

    std::list<WorkerProcess> workers_;
    unsigned wanted_ = 0;   // workers in a generation
    unsigned current_ = 1;  // generation
    unsigned newest_ = 1;
    std::optional<unsigned> next_;  // the generation that is to replace the current one
    unsigned nextWanted_ = 0;
    bool reloadAgain_ = false;
    bool everReady_ = false;

    Clock::time_point respawnAt_;  // no worker of the current generation is started earlier
    Clock::duration pause_{};

    std::optional<int> exitStatus_;  // set while stopping
};

}  // namespace claviger::fcgi

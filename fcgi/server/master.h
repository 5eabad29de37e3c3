#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "fcgi/server/feeder_keeper.h"
#include "fcgi/server/listening_socket.h"
#include "fcgi/server/worker_process.h"

namespace claviger::fcgi {

// Keeps W workers on one listening socket, and beside them a feeder if they share memory. Single-threaded; serves no
// request itself.
//
//   a worker dies      another is started, at once; after a pause that doubles up to 5 s if it was never ready
//   SIGHUP             a new generation is started, from the binary and the configuration of now; when all of it
//                      are ready, the old one drains. If it cannot get ready, the old one stays, and a line says why
//   SIGTERM, SIGINT    all drain, the socket is removed, the feeder goes last, run() returns
class Master {
public:
    // `command` starts a worker: this binary's path and its arguments. `workers` gives their number, anew at each
    // SIGHUP; it may throw, which keeps the old generation. `sharedMemory` is handed to all; without it there is no
    // feeder.
    Master(std::vector<std::string> command, ListeningSocket, std::function<unsigned()> workers, Fd sharedMemory = {});
    ~Master();

    // Returns the exit status: 0 after SIGTERM or SIGINT, 1 if the first workers cannot get ready.
    int run();

private:
    using Clock = std::chrono::steady_clock;

    void startGeneration(unsigned generation, unsigned workers);
    void wait();
    void onSignals();
    void onReady(const WorkerProcess&);
    void buryTheDead();
    void onDeath(const WorkerProcess&, int status);
    void reload();
    void abandonReload(const std::string& why);
    void promoteIfReady();
    void stop(int status);
    void respawn();
    void backOff();
    unsigned missing() const;  // workers of the current generation
    void killTheLate();
    int timeoutMs() const;
    template <class Predicate>
    void drainWhere(Predicate);

    const std::vector<std::string> command_;
    ListeningSocket socket_;
    const std::function<unsigned()> countWorkers_;
    const Fd sharedMemory_;
    Fd signals_;

    std::optional<FeederKeeper> feeder_;

    std::list<WorkerProcess> workers_;
    unsigned wanted_ = 0;   // workers in a generation
    unsigned current_ = 1;  // generation
    unsigned newest_ = 1;
    std::optional<unsigned> next_;  // the generation that is to replace the current one
    unsigned nextWanted_ = 0;
    bool reloadAgain_ = false;
    bool everReady_ = false;

    Clock::time_point respawnAt_;  // no worker of the current generation is started before
    Clock::duration pause_{};

    std::optional<int> exitStatus_;  // set: stopping
};

}  // namespace claviger::fcgi

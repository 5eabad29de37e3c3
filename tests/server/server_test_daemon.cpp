// server_test_daemon FOLDER: a master and workers whose application answers with its process id. The folder holds the
// socket "s" and the file "workers" with the number of workers. Where "workers" is missing, the configuration is bad. A
// file "broken" makes workers fail before they are ready, for the reason that it contains.

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

#include "fcgi/processes/listening_socket.h"
#include "fcgi/processes/master.h"
#include "fcgi/processes/worker.h"

namespace {

using namespace claviger::fcgi;
namespace fs = std::filesystem;

Response answer(const Request& request) {
    if (request.path == "/slow") std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return Response::json(200, std::to_string(::getpid()));
}

unsigned countWorkers(const fs::path& folder) {
    unsigned workers = 0;
    std::ifstream(folder / "workers") >> workers;
    if (workers == 0) throw std::runtime_error("the file \"workers\" holds no number");
    return workers;
}

int runWorker(WorkerRole& role, const fs::path& folder) {
    role.startUp();
    std::string reason;
    if (std::ifstream broken(folder / "broken"); std::getline(broken, reason)) {
        role.giveUp(reason);
        return 1;
    }
    try {
        const auto ended = role.serve(3, answer);
        std::cerr << (ended == WorkerRole::Ended::kReplaced ? "worker was replaced\n" : "worker was stopped\n");
        return 0;
    } catch (const std::exception& thrown) {
        role.giveUp(thrown.what());
        return 1;
    }
}

}  // namespace

int main(int, char** words) {
    std::signal(SIGPIPE, SIG_IGN);
    const fs::path folder = words[1];
    if (auto role = WorkerRole::claim()) return runWorker(*role, folder);
    Master master({words[0], words[1]}, ListeningSocket::open(folder / "s"), [&] { return countWorkers(folder); });
    return master.run();
}

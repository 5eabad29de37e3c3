#pragma once

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

namespace claviger::tests {

// Sends requests without a pause, GET and POST in turn, from some threads. Each thread keeps one connection the way
// nginx does. Before a request it replaces a connection that was closed or on which anything has come. A request that
// was sent on an open connection and has no answer has failed. A thread ends when it can no longer connect.
class Load {
public:
    Load(std::filesystem::path socket, unsigned threads);
    ~Load() { stop(); }

    void stop();

    int answered() const { return answered_; }
    int failed() const { return failed_; }

private:
    void run();

    std::filesystem::path socket_;
    std::atomic<bool> stop_ = false;
    std::atomic<int> answered_ = 0, failed_ = 0;
    std::vector<std::thread> threads_;
};

}  // namespace claviger::tests

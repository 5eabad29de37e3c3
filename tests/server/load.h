#pragma once

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

namespace claviger::tests {

// Requests without a pause, GET and POST in turn, from some threads, each with one connection kept the way nginx keeps
// its own: before a request it is replaced if anything has come on it or it was closed. A request that was sent on a
// living connection and has no answer has failed. While nobody listens, a thread ends.
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

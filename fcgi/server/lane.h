#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace claviger::fcgi {

// A few threads for work that takes long, so that it holds none of those that serve requests. Thread-safe.
class Lane {
public:
    explicit Lane(unsigned threads);  // throws std::system_error

    // Waits for the work that has begun. The rest is not done.
    ~Lane();

    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    // Does it as soon as a thread is free, in the order of the calls. The work throws nothing. Throws std::bad_alloc.
    void add(std::function<void()> work);

private:
    void run();

    std::mutex mutex_;  // guards the next two
    std::deque<std::function<void()>> waiting_;
    bool ends_ = false;
    std::condition_variable changed_;
    std::vector<std::jthread> threads_;
};

}  // namespace claviger::fcgi

#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace claviger::fcgi {

// A few threads for slow work, so that it occupies none of the threads that serve requests. Thread-safe.
class Lane {
public:
    explicit Lane(unsigned threads);  // throws std::system_error

    // Blocks until the work that has begun is done. Work that has not begun is dropped.
    ~Lane();

    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    // Queues the work; never waits. A free thread runs it, in the order of the calls. The work must throw nothing.
    // Throws std::bad_alloc.
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

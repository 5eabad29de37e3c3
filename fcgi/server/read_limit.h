#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace claviger::fcgi {

// Ends reads of sockets that take too long. libfcgi goes on reading while bytes arrive, even if they are only headers
// and padding of records, and cannot be interrupted. So a thread of this shuts such a socket down for reading: bytes
// that have arrived can still be read, then the stream ends. Thread-safe.
class ReadLimit {
public:
    static constexpr std::chrono::seconds kLongest{5};
    static constexpr std::chrono::milliseconds kTick{500};

    ReadLimit();  // throws std::system_error
    ~ReadLimit();
    ReadLimit(const ReadLimit&) = delete;
    ReadLimit& operator=(const ReadLimit&) = delete;

    // While it exists, the limit holds for the socket: after kLongest, and kTick at most, it is shut down for reading.
    // The socket must stay open, and the ReadLimit must outlive this.
    class Guard {
    public:
        Guard(ReadLimit&, int socket);  // throws std::bad_alloc
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        ~Guard();

    private:
        friend class ReadLimit;
        ReadLimit& limit_;
        int socket_;
        std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + kLongest;
    };

private:
    void run();

    std::mutex mutex_;  // guards the next two
    std::vector<const Guard*> guards_;
    bool ends_ = false;
    std::condition_variable changed_;
    std::jthread thread_;
};

}  // namespace claviger::fcgi

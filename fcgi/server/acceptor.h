#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "fcgi/server/connection.h"
#include "fcgi/server/lane.h"

namespace claviger::fcgi {

// Serves the connections of one listening socket with a fixed number of threads. They all wait in one epoll; a
// connection takes a thread from when the head of a request is there until it is answered, and none else: neither
// kept, silent nor dribbling connections pin one, nor does a deferred answer. When such a one is ready, a thread of a
// small lane beside them finishes it.
class Acceptor {
public:
    // Starts serving. `listener` is non-blocking and may be shared with other processes; `application` is called by
    // all threads and must outlive this. initializeRecordParser() comes before. Throws std::system_error.
    Acceptor(Fd listener, unsigned threads, const Application& application);

    // Ends the threads as soon as each has answered what it is at, and closes what connections are left. Deferred
    // answers that no thread is at are given up.
    ~Acceptor();

    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;

    // Takes what has connected already, stops listening, asks the peers to leave while it answers whatever they still
    // send, and waits until they have left: true. After `grace`, idle connections are cut off. False if some are
    // still busy after `limit`. To be called once.
    bool drain(std::chrono::milliseconds grace, std::chrono::milliseconds limit);

private:
    using Clock = std::chrono::steady_clock;

    enum class Phase { kServing, kDraining, kCutting };

    struct Client {
        explicit Client(Fd fd) : connection(std::move(fd)) {}

        Connection connection;
        std::list<Client>::iterator self;
        std::mutex mutex;      // guards `busy`
        bool busy = false;     // a thread is at it, or will be; then all else here is its own
        bool kept = false;     // has been answered at least once
        bool partial = false;  // the head of a request is there in part: `since` then
        Clock::time_point since;
        Clock::time_point retryAt;  // when to look at it next, or to send its answer; under clientsMutex_
        Clock::duration pause{};
    };

    void stopThreads();
    void watch(int fd, unsigned events, void* mark);
    void run();
    void* await(bool lingers) const;  // gives the mark of what is ready
    void handle(Client&);

    enum class Next { kRest, kPark, kWait, kDefer, kForget };
    Next attend(Client&);

    bool acceptOne();  // false if there was none
    void pauseListening();
    void stopListening();

    void rest(Client&);                            // until there is something to read
    void park(Client&);                            // until it is looked at again
    void wait(Client&);                            // until its answer is due
    void defer(Client&);                           // until its answer is ready
    // False: it is to wait on. A client that has ended is moved to `left`.
    bool resume(Client&, Clock::time_point now, std::list<Client>& left);
    bool proceed(Client&, Clock::time_point now, std::list<Client>& left);  // likewise, for a deferred answer
    void postpone(Client&, Clock::time_point);
    void forget(Client&);

    // Takes the client out of clients_, under clientsMutex_. The caller destroys `left` without that lock: giving up a
    // deferred answer may take a while, and every connect waits for the lock.
    void moveOut(Client&, std::list<Client>& left);

    bool arm(Client&, int operation);  // from here on it may be another thread's; an answer that waits wants to write
    void bidFarewell(const Client&) const;  // as the phase has it; for who idles
    void bidFarewellToIdle();
    void startTimer();
    void onTimer();

    const Application& application_;
    Fd epoll_, stop_, timer_;
    std::mutex listening_;  // guards listener_
    Fd listener_;
    bool paused_ = false;  // out of file descriptors: not watched until the timer rings

    std::atomic<Phase> phase_ = Phase::kServing;
    std::mutex clientsMutex_;  // guards the next two, is taken before a Client's, and not on the way of a request
    std::list<Client> clients_;
    std::vector<Client*> postponed_;
    std::condition_variable changed_;

    std::vector<std::thread> threads_;
    Lane lane_;
};

}  // namespace claviger::fcgi

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
#include "fcgi/server/read_limit.h"

namespace claviger::fcgi {

// Serves the connections of one listening socket with a fixed number of threads, which all wait in one epoll. A
// connection occupies a thread only from the moment when the head of a request has arrived until the response is sent
// or postponed. Kept, silent and dribbling connections occupy no thread, and neither does a deferred answer. When a
// deferred answer is ready, a thread of a small lane finishes it, so that it holds none of the fixed threads.
class Acceptor {
public:
    // Starts serving. initializeRecordParser() must have been called. Takes ownership of `listener`, which must be
    // non-blocking and may be shared with other processes. All threads call `application`, which must outlive this.
    // Throws std::system_error.
    Acceptor(Fd listener, unsigned threads, const Application& application);

    // Blocks until each thread has served the request that it works on. Closes the connections that are left. Destroys
    // the deferred answers that no thread is finishing.
    ~Acceptor();

    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;

    // Blocks until all peers have left; true then. First accepts the connections in the backlog and stops listening.
    // Then nudges the peers to leave and goes on serving their requests. Cuts off a connection that has been idle for
    // `grace`, counted from the call or from its last response. False if connections are left when `limit` has passed
    // since the call. To be called once, from none of the threads of this.
    bool drain(std::chrono::milliseconds grace, std::chrono::milliseconds limit);

private:
    using Clock = std::chrono::steady_clock;

    struct Client {
        explicit Client(Fd fd) : connection(std::move(fd)) {}

        Connection connection;
        std::list<Client>::iterator self;
        std::mutex mutex;             // guards the next two
        bool busy = false;            // a thread works on it, or will; the other members are then that thread's
        Clock::time_point idleSince;  // while it drains and is not busy
        bool kept = false;            // has had a request before
        bool partial = false;         // a part of a head is there, and was first seen at `since`
        Clock::time_point since;
        Clock::time_point retryAt;  // when to peek again, or to send its response; under clientsMutex_
        Clock::duration pause{};
    };

    void stopThreads();
    bool watch(int fd, unsigned events, void* mark);  // false if epoll refuses; errno says why
    void run();
    void* await(bool lingers) const;  // blocks until a descriptor is ready, and returns its mark
    void handle(Client&) noexcept;    // forgets the client if memory is short

    enum class Next { kRest, kPark, kWait, kDefer, kForget };
    Next attend(Client&);
    void enter(Next, Client&);

    bool acceptOne();  // false if no connection was waiting
    void pauseListening();
    void resumeListening();
    void stopListening();

    void rest(Client&);   // until bytes arrive
    void park(Client&);   // until the next peek at a partial head
    void wait(Client&);   // until its response is due
    void defer(Client&);  // until its deferred answer is ready
    // False: the client stays postponed. A client that has ended is moved to `left`.
    bool resume(Client&, Clock::time_point now, std::list<Client>& left);
    bool proceed(Client&, Clock::time_point now, std::list<Client>& left);  // the same for a deferred answer
    void postpone(Client&, Clock::time_point);
    bool handToLane(Client&) noexcept;  // false if there is no memory for it
    void forget(Client&);

    // Takes the client out of clients_; call it under clientsMutex_. The caller destroys `left` without that lock:
    // giving up a deferred answer may take a while, and every connect waits for the lock.
    void moveOut(Client&, std::list<Client>& left);

    // Watches the client once: for writing if a response waits, for reading if not. False if epoll refuses. From here
    // on another thread may own the client.
    bool arm(Client&, int operation) noexcept;
    static void askToLeave(Client&);       // an idle client, under its lock
    void cutIdleSince(Clock::time_point);  // call it under clientsMutex_
    void startTimer();
    void onTimer();

    const Application& application_;
    Fd epoll_, stop_, timer_;
    std::mutex listening_;  // guards listener_
    Fd listener_;
    bool paused_ = false;  // no file descriptors left: listener_ is not watched until the timer rings

    std::atomic<bool> draining_ = false;
    std::mutex clientsMutex_;  // guards the next two; taken before a Client's, never on a request's path
    std::list<Client> clients_;
    std::vector<Client*> postponed_;
    std::condition_variable changed_;

    ReadLimit readLimit_;
    std::vector<std::thread> threads_;
    Lane lane_;
};

}  // namespace claviger::fcgi

#pragma once

#include <atomic>
#include <chrono>

namespace claviger::persistence {

// A circuit breaker for a database server that has fallen silent. Each pool (Connections) has one for all its uses. It
// opens when a use fails after its full time-out, and no use of the pool succeeded in the last half of that time.
// (Half, since the first use to time out began right before the server fell silent, while others still succeeded.) It
// closes with the first success. A failover does not close it; a success on the next server does.
//
// While it is open, one use at a time may try the server, and all others are refused at once. Otherwise a server that
// is stopped or cut off would hold every thread for the whole time-out, one request after another. If the trial fails
// early, the circuit breaker stays open and the next use may try at once. For the first `moment` after each time-out
// all are refused. Reason: requests that queued for a thread during that time-out are refused in it, and none of them
// waits for a second time-out. Thread-safe.
class CircuitBreaker {
    using Clock = std::chrono::steady_clock;

public:
    explicit CircuitBreaker(std::chrono::milliseconds moment = std::chrono::milliseconds(200)) : moment_(moment) {}

    // One use of the server: connecting, or a loan of a connection. Its owner reports the end by answered() or
    // failed(), but not after a move from it. Destroyed without either, it counts neither as a success nor as a
    // time-out. If it is the trial, only the destructor lets the next use try the server. For one thread at a time.
    class Question {
    public:
        // `patience` is the time-out of an answer, counted from this call. The CircuitBreaker must outlive this. Throws
        // domain::StorageUnavailable if the circuit breaker is open, and another use tries the server or the first
        // `moment` has not passed.
        Question(CircuitBreaker&, std::chrono::seconds patience);
        Question(Question&&) noexcept;
        Question& operator=(Question&&) = delete;
        Question(const Question&) = delete;
        Question& operator=(const Question&) = delete;
        ~Question();

        void answered();  // a success: closes the circuit breaker

        // Opens the circuit breaker, or keeps it open, if waitedLong() and no use succeeded in the last half of
        // `patience`. Otherwise it has no effect.
        void failed();

        // Whether `patience` has passed since this was made, in waiting or in other work of its owner.
        bool waitedLong() const { return Clock::now() - begun_ >= patience_; }

    private:
        CircuitBreaker* breaker_;  // null after a move from this
        Clock::duration patience_;
        Clock::time_point begun_;
        bool alone_ = false;  // tries the server while all others are refused
    };

private:
    const Clock::duration moment_;
    std::atomic<Clock::time_point> askAgainAt_{Clock::time_point::min()};
    std::atomic<Clock::time_point> lastAnswer_{Clock::time_point()};
    std::atomic<bool> silent_{false};
    std::atomic<bool> asked_{false};  // one use tries the server while it is silent
};

}  // namespace claviger::persistence

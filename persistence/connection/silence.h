#pragma once

#include <atomic>
#include <chrono>

namespace claviger::persistence {

// Whether the server has fallen silent: somebody has waited for its answer as long as one may take, and nobody has got
// any for half as long (who asked right before it fell silent was the first to wait, while others were still answered).
// Then one at a time asks on, and all others are told at once: a server that is stopped, or cut off, would else hold
// every thread for as long, one request after another. Thread-safe.
//
// Nobody asks within the first moment, in which those are told who have waited for a thread all the while: one of them
// would else wait for the second time.
class Silence {
    using Clock = std::chrono::steady_clock;

public:
    explicit Silence(std::chrono::milliseconds moment = std::chrono::milliseconds(200)) : moment_(moment) {}

    // What somebody asks the server. Whoever asks says how it ended; one that is dropped has not ended in silence.
    class Question {
    public:
        // Throws domain::StorageUnavailable if the server is silent and it is not this one's turn to ask.
        Question(Silence&, std::chrono::seconds patience);
        Question(Question&&) noexcept;
        Question& operator=(Question&&) = delete;
        Question(const Question&) = delete;
        Question& operator=(const Question&) = delete;
        ~Question();

        void answered();
        void failed();  // at once, or in silence

        // Whether an answer could have been there by now.
        bool waitedLong() const { return Clock::now() - begun_ >= patience_; }

    private:
        Silence* silence_;  // nothing where it was moved from
        Clock::duration patience_;
        Clock::time_point begun_;
        bool alone_ = false;  // asks while all others are told at once
    };

private:
    const Clock::duration moment_;
    std::atomic<Clock::time_point> askAgainAt_{Clock::time_point::min()};
    std::atomic<Clock::time_point> lastAnswer_{Clock::time_point()};
    std::atomic<bool> silent_{false};
    std::atomic<bool> asked_{false};  // while silent
};

}  // namespace claviger::persistence

#include "persistence/connection/circuit_breaker.h"

#include <utility>

#include "domain/base/error.h"

namespace claviger::persistence {

CircuitBreaker::Question::Question(CircuitBreaker& breaker, std::chrono::seconds patience)
    : breaker_(&breaker), patience_(patience), begun_(Clock::now()) {
    if (!breaker.silent_) return;
    if (begun_ < breaker.askAgainAt_.load() || breaker.asked_.exchange(true))
        throw domain::StorageUnavailable("the database has fallen silent");
    alone_ = true;
}

CircuitBreaker::Question::Question(Question&& other) noexcept
    : breaker_(std::exchange(other.breaker_, nullptr)),
      patience_(other.patience_),
      begun_(other.begun_),
      alone_(other.alone_) {}

CircuitBreaker::Question::~Question() {
    if (breaker_ != nullptr && alone_) breaker_->asked_ = false;
}

void CircuitBreaker::Question::answered() {
    breaker_->lastAnswer_ = Clock::now();
    breaker_->silent_ = false;
}

void CircuitBreaker::Question::failed() {
    const auto now = Clock::now();
    if (!waitedLong() || now - breaker_->lastAnswer_.load() < patience_ / 2) return;
    breaker_->askAgainAt_ = now + breaker_->moment_;
    breaker_->silent_ = true;
}

}  // namespace claviger::persistence

#include "persistence/connection/silence.h"

#include <utility>

#include "domain/base/error.h"

namespace claviger::persistence {

Silence::Question::Question(Silence& silence, std::chrono::seconds patience)
    : silence_(&silence), patience_(patience), begun_(Clock::now()) {
    if (!silence.silent_) return;
    if (begun_ < silence.askAgainAt_.load() || silence.asked_.exchange(true))
        throw domain::StorageUnavailable("the database has fallen silent");
    alone_ = true;
}

Silence::Question::Question(Question&& other) noexcept
    : silence_(std::exchange(other.silence_, nullptr)),
      patience_(other.patience_),
      begun_(other.begun_),
      alone_(other.alone_) {}

Silence::Question::~Question() {
    if (silence_ != nullptr && alone_) silence_->asked_ = false;
}

void Silence::Question::answered() {
    silence_->lastAnswer_ = Clock::now();
    silence_->silent_ = false;
}

void Silence::Question::failed() {
    const auto now = Clock::now();
    if (!waitedLong() || now - silence_->lastAnswer_.load() < patience_ / 2) return;
    silence_->askAgainAt_ = now + silence_->moment_;
    silence_->silent_ = true;
}

}  // namespace claviger::persistence

#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "domain/base/clock.h"

namespace claviger::domain {

// A key that has failed is not tried again for a while, so that not every request repeats the failure. At most so many
// keys are kept; beyond that a failure is not remembered. Thread-safe.
template <class Key, class HashOfKey>
class RetryPauses {
public:
    RetryPauses(std::chrono::microseconds pause, std::size_t most) : pause_(pause), most_(most) {}

    bool mayTry(const Key& key, Timestamp now) const {
        const std::lock_guard lock(mutex_);
        const auto failed = failedAt_.find(key);
        return failed == failedAt_.end() || !isPaused(failed->second, now);
    }

    void failed(const Key& key, Timestamp now) {
        const std::lock_guard lock(mutex_);
        if (failedAt_.size() >= most_) forgetPast(now);
        if (failedAt_.size() < most_ || failedAt_.contains(key)) failedAt_.insert_or_assign(key, now);
    }

    // True if no key is paused any more.
    bool worked(const Key& key, Timestamp now) {
        const std::lock_guard lock(mutex_);
        if (failedAt_.empty()) return true;
        failedAt_.erase(key);
        forgetPast(now);
        return failedAt_.empty();
    }

private:
    // A clock that went back pauses nothing.
    bool isPaused(Timestamp failedAt, Timestamp now) const { return failedAt <= now && now < failedAt + pause_; }

    void forgetPast(Timestamp now) {
        std::erase_if(failedAt_, [&](const auto& entry) { return !isPaused(entry.second, now); });
    }

    const std::chrono::microseconds pause_;
    const std::size_t most_;
    mutable std::mutex mutex_;
    std::unordered_map<Key, Timestamp, HashOfKey> failedAt_;
};

}  // namespace claviger::domain

#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "domain/base/clock.h"

namespace claviger::domain {

// After a failure, pauses further attempts for the same key, so that not every request repeats the failure. Keeps at
// most `most` keys. While so many are paused, the failure of another key starts no pause. Thread-safe.
template <class Key, class HashOfKey>
class RetryPauses {
public:
    RetryPauses(std::chrono::microseconds pause, std::size_t most) : pause_(pause), most_(most) {}

    // Whether the key is not paused.
    bool mayTry(const Key& key, Timestamp now) const {
        const std::lock_guard lock(mutex_);
        const auto failed = failedAt_.find(key);
        return failed == failedAt_.end() || !isPaused(failed->second, now);
    }

    // Starts a pause of the key at `now`.
    void failed(const Key& key, Timestamp now) {
        const std::lock_guard lock(mutex_);
        if (failedAt_.size() >= most_) forgetPast(now);
        if (failedAt_.size() < most_ || failedAt_.contains(key)) failedAt_.insert_or_assign(key, now);
    }

    // Ends the pause of the key. Returns true if no key is paused any more.
    bool worked(const Key& key, Timestamp now) {
        const std::lock_guard lock(mutex_);
        if (failedAt_.empty()) return true;
        failedAt_.erase(key);
        forgetPast(now);
        return failedAt_.empty();
    }

private:
    // A failure in the future of `now` pauses nothing: the clock was set back since.
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

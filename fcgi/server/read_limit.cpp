#include "fcgi/server/read_limit.h"

#include <sys/socket.h>

#include <algorithm>

namespace claviger::fcgi {

ReadLimit::ReadLimit() : thread_([this] { run(); }) {}

ReadLimit::~ReadLimit() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    changed_.notify_all();
}

ReadLimit::Guard::Guard(ReadLimit& limit, int socket) : limit_(limit), socket_(socket) {
    const std::lock_guard lock(limit_.mutex_);
    limit_.guards_.push_back(this);
}

ReadLimit::Guard::~Guard() {
    const std::lock_guard lock(limit_.mutex_);
    limit_.guards_.erase(std::find(limit_.guards_.begin(), limit_.guards_.end(), this));
}

// Looks at intervals rather than at the next end: a guard then costs no wake-up, and nearly all last microseconds.
void ReadLimit::run() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kTick, [this] { return ends_; })) {
        const auto now = std::chrono::steady_clock::now();
        for (const auto* guard : guards_)
            if (now >= guard->end_) ::shutdown(guard->socket_, SHUT_RD);
    }
}

}  // namespace claviger::fcgi

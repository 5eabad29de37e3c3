#pragma once

#include <chrono>
#include <cstddef>

#include "domain/base/clock.h"
#include "domain/users/user.h"

namespace claviger::domain {

// How long a signed-in browser stays signed in.
constexpr std::chrono::minutes kSessionIdleLimit{30};    // after its last request
constexpr std::chrono::hours kSessionAbsoluteLimit{12};  // after signing in
constexpr std::chrono::minutes kSessionTouchEvery{1};    // its last sight is written at most this often

constexpr std::size_t kMostOpenSessions = 50;  // of a user; the next sign-in ends the one that was seen least recently

struct Session {
    UserId user;
    Timestamp createdAt;
    Timestamp lastSeenAt;
    Timestamp expiresAt;  // the absolute limit
};

// Neither past a limit nor of the future: a clock that was ahead by more than the tolerance wrote the latter.
inline bool isWithinLimits(const Session& session, Timestamp now) {
    return session.lastSeenAt > now - kSessionIdleLimit && session.lastSeenAt <= now + kClockTolerance &&
           session.expiresAt > now && session.expiresAt <= now + kSessionAbsoluteLimit + kClockTolerance;
}

struct LiveSession {
    Session session;
    User user;
};

}  // namespace claviger::domain

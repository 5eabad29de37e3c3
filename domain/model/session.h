#pragma once

#include <chrono>
#include <cstddef>

#include "domain/base/clock.h"
#include "domain/model/user.h"

namespace claviger::domain {

// How long a signed-in browser stays signed in.
constexpr std::chrono::minutes kSessionIdleLimit{30};    // after its last request
constexpr std::chrono::hours kSessionAbsoluteLimit{12};  // after signing in
constexpr std::chrono::minutes kSessionTouchEvery{1};    // the last-seen time is written at most this often

constexpr std::size_t kMostOpenSessions = 50;  // per user; the next sign-in ends the least recently seen one

// A signed-in browser, as the table holds it. Its token is not here: only the token's hash is stored.
struct Session {
    UserId user;
    Timestamp createdAt;
    Timestamp lastSeenAt;
    Timestamp expiresAt;  // the absolute limit
};

// Whether the session is neither past a limit nor from the future. A clock that was ahead by more than the tolerance
// wrote sessions from the future.
inline bool isWithinLimits(const Session& session, Timestamp now) {
    return session.lastSeenAt > now - kSessionIdleLimit && session.lastSeenAt <= now + kClockTolerance &&
           session.expiresAt > now && session.expiresAt <= now + kSessionAbsoluteLimit + kClockTolerance;
}

// An open session and its approved user. Immutable after it was read: several threads may share one.
struct ActiveSession {
    Session session;
    User user;
};

}  // namespace claviger::domain

#pragma once

#include <optional>

#include "domain/model/session.h"
#include "domain/secrets/digest.h"

namespace claviger::domain {

// The sessions of one tenant, within one unit of work (tenant_store.h).
class Sessions {
public:
    virtual ~Sessions() = default;

    // Returns the session with its user. nullopt if it is unknown, has ended or is beyond its limits (isWithinLimits),
    // or if the user is not approved.
    virtual std::optional<ActiveSession> findActive(const secrets::SessionHash&, Timestamp now) const = 0;

    // Stores a session. The user must exist. A later endAllOf of the user ends the session too.
    virtual void add(const secrets::SessionHash&, const Session&) = 0;
    virtual void touch(const secrets::SessionHash&, Timestamp seen) = 0;  // never backwards
    virtual void end(const secrets::SessionHash&, Timestamp now) = 0;     // ok if it has ended already, or is unknown

    // Ends the user's least recently seen open sessions until one more is allowed. Open means neither ended nor past
    // the absolute limit. The user must be locked. Sessions beyond twice the limit stay open until the next call.
    virtual void makeRoom(const UserId&, Timestamp now) = 0;

    // Ends all sessions of the user, in any number, by a change of one row. Returns how many of them were open, counted
    // up to kMostOpenSessions.
    virtual std::size_t endAllOf(const UserId&, Timestamp now) = 0;

    // Ends up to `most` open sessions that began before the last endAllOf of the user. Workers of this release refuse
    // such a session already. Workers of the release before, which compare no epoch, do not. Returns how many it ended.
    virtual std::size_t endOlderOf(const UserId&, Timestamp now, std::size_t most) = 0;
};

}  // namespace claviger::domain

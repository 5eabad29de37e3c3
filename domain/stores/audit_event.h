#pragma once

#include <optional>
#include <string>

#include "domain/base/id.h"

namespace claviger::domain {

enum class AuditAction {
    kKeyCreated,
    kKeyRegenerated,
    kSignedIn,
    kSignInRefused,
    kSignedOut,
    // by operators
    kKeyRevoked,
    kUserCreated,
    kUserApproved,
    kUserSuspended,
    kPasswordSet,
    kSessionsEnded,
    kUserUnlocked,
};

// Where a request came from, as the audit and the log name it. Of an operator: a number of the tool's run, and
// "tool:" with the name of their account on that machine.
struct RequestOrigin {
    std::string requestId;  // 32 hexadecimal digits
    std::string address;    // of the client, as nginx saw it
};

// One thing that happened in a tenant. Holds ids, never names, secrets or what somebody typed.
struct AuditEvent {
    Timestamp at;
    AuditAction action;
    std::optional<UserId> user;   // nobody, where a sign-in named no known user
    std::optional<ApiKeyId> key;  // the key that was made
    RequestOrigin origin;
};

}  // namespace claviger::domain

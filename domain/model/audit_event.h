#pragma once

#include <optional>
#include <string>

#include "domain/base/id.h"

namespace claviger::domain {

enum class AuditAction {
    kKeyCreated,
    kKeyRegenerated,
    kKeyDisabled,  // by its owner or an operator, as the origin says
    kKeyEnabled,
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

// The origin of a request, as the audit and the log name it. For an operator the id is that of the tool's run. The
// address is then "tool:" with the name of the operator's account on that machine.
struct RequestOrigin {
    std::string requestId;  // 32 hexadecimal digits
    std::string address;    // of the client, as nginx saw it
};

// One event in a tenant. Holds ids, never names, secrets or typed text.
struct AuditEvent {
    Timestamp at;
    AuditAction action;
    std::optional<UserId> user;   // nullopt for a refused sign-in with an unknown e-mail
    std::optional<ApiKeyId> key;  // the key that was created or revoked; nullopt for other actions
    RequestOrigin origin;
};

}  // namespace claviger::domain

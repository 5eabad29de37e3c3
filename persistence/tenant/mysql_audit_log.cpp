#include "persistence/tenant/mysql_audit_log.h"

#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

constexpr Sql kAdd =
    "INSERT INTO {schema}.audit_events (id, happened_at, action, user_id, key_id, request_id, address) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)";

Text textOf(domain::AuditAction action) {
    using domain::AuditAction;
    switch (action) {
        case AuditAction::kKeyCreated:
            return {"key_created"};
        case AuditAction::kKeyRegenerated:
            return {"key_regenerated"};
        case AuditAction::kKeyDisabled:
            return {"key_disabled"};
        case AuditAction::kKeyEnabled:
            return {"key_enabled"};
        case AuditAction::kSignedIn:
            return {"signed_in"};
        case AuditAction::kSignInRefused:
            return {"sign_in_refused"};
        case AuditAction::kSignedOut:
            return {"signed_out"};
        case AuditAction::kKeyRevoked:
            return {"key_revoked"};
        case AuditAction::kUserCreated:
            return {"user_created"};
        case AuditAction::kUserApproved:
            return {"user_approved"};
        case AuditAction::kUserSuspended:
            return {"user_suspended"};
        case AuditAction::kPasswordSet:
            return {"password_set"};
        case AuditAction::kSessionsEnded:
            return {"sessions_ended"};
        case AuditAction::kUserUnlocked:
            return {"user_unlocked"};
    }
    throw std::logic_error("an unknown audit action");
}

}  // namespace

void MySqlAuditLog::add(const domain::AuditEvent& event) {
    connection_.executeLater(
        kAdd, {bytesOf(domain::AuditEventId::make(event.at)), event.at, textOf(event.action), bytesOf(event.user),
               bytesOf(event.key), Text{event.origin.requestId}, Text{event.origin.address}});
}

}  // namespace claviger::persistence

#include "persistence/tenant/mysql_sessions.h"

#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

// The limits are compared with the caller's time: one clock decides, the one that wrote them.
constexpr Sql kFindLive =
    "SELECT s.created_at, s.last_seen_at, s.expires_at, u.id, u.email, u.name, u.status, u.created_at "
    "FROM {schema}.sessions s JOIN {schema}.users u ON u.id = s.user_id "
    "WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.last_seen_at > ? AND s.expires_at > ? "
    "AND u.status = 'approved'";
constexpr Sql kAdd =
    "INSERT INTO {schema}.sessions (token_hash, user_id, created_at, last_seen_at, expires_at) VALUES (?, ?, ?, ?, ?)";
constexpr Sql kTouch = "UPDATE {schema}.sessions SET last_seen_at = GREATEST(last_seen_at, ?) WHERE token_hash = ?";
constexpr Sql kEnd = "UPDATE {schema}.sessions SET ended_at = ? WHERE token_hash = ? AND ended_at IS NULL";
constexpr Sql kLockOpen =
    "SELECT token_hash FROM {schema}.sessions WHERE user_id = ? AND ended_at IS NULL AND expires_at > ? FOR UPDATE";
constexpr Sql kEndAllOf = "UPDATE {schema}.sessions SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL";

}  // namespace

std::optional<domain::LiveSession> MySqlSessions::findLive(const domain::secrets::SessionHash& hash,
                                                           domain::Timestamp now) const {
    const auto rows = connection_.query(kFindLive, {bytesOf(hash), now - domain::kSessionIdleLimit, now});
    if (rows.empty()) return std::nullopt;
    auto user = userAt(rows[0], 3);
    const domain::Session session{user.id, rows[0].timestamp(0), rows[0].timestamp(1), rows[0].timestamp(2)};
    return domain::LiveSession{session, std::move(user)};
}

void MySqlSessions::add(const domain::secrets::SessionHash& hash, const domain::Session& session) {
    connection_.execute(
        kAdd, {bytesOf(hash), bytesOf(session.user), session.createdAt, session.lastSeenAt, session.expiresAt});
}

void MySqlSessions::touch(const domain::secrets::SessionHash& hash, domain::Timestamp seen) {
    connection_.execute(kTouch, {seen, bytesOf(hash)});
}

void MySqlSessions::end(const domain::secrets::SessionHash& hash, domain::Timestamp now) {
    connection_.execute(kEnd, {now, bytesOf(hash)});
    connection_.noteStandingChanged(domain::slotOf(hash));
}

std::size_t MySqlSessions::endAllOf(const domain::UserId& user, domain::Timestamp now) {
    for (const auto& hash : connection_.query(kLockOpen, {bytesOf(user), now}).map([](const Row& row) {
             return stored(domain::secrets::SessionHash::fromStored(row.text(0)));
         }))
        connection_.noteStandingChanged(domain::slotOf(hash));
    connection_.noteStandingChanged(domain::slotOf(user));
    return connection_.execute(kEndAllOf, {now, bytesOf(user)});
}

}  // namespace claviger::persistence

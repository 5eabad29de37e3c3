#include "persistence/tenant/mysql_sessions.h"

#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

// The limits are compared with the caller's time, not the database's: the same clock has written them.
constexpr Sql kFindActive =
    "SELECT s.created_at, s.last_seen_at, s.expires_at, " CLAVIGER_USER_COLUMNS
    " "
    "FROM {schema}.sessions s JOIN {schema}.users u ON u.id = s.user_id "
    "WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.last_seen_at > ? AND s.last_seen_at <= ? AND s.expires_at > ? "
    "AND s.expires_at <= ? AND s.session_epoch = u.session_epoch AND u.status = 'approved'";
constexpr Sql kAdd =
    "INSERT INTO {schema}.sessions (token_hash, user_id, created_at, last_seen_at, expires_at, session_epoch) "
    "SELECT ?, id, ?, ?, ?, session_epoch FROM {schema}.users WHERE id = ?";
constexpr Sql kTouch = "UPDATE {schema}.sessions SET last_seen_at = GREATEST(last_seen_at, ?) WHERE token_hash = ?";
constexpr Sql kEnd = "UPDATE {schema}.sessions SET ended_at = ? WHERE token_hash = ? AND ended_at IS NULL";
// The index sessions_open leads to the open sessions, so the next statements read no ended and no expired row. kBeyond
// ends sessions with a last use in the future first.
constexpr Sql kBeyond =
    "SELECT token_hash FROM {schema}.sessions WHERE user_id = ? AND ended_at IS NULL AND expires_at > ? "
    "ORDER BY last_seen_at <= ? DESC, last_seen_at DESC LIMIT ? OFFSET ?";
constexpr Sql kEndOpen =
    "UPDATE {schema}.sessions SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL AND expires_at > ? "
    "ORDER BY expires_at DESC LIMIT ?";
constexpr Sql kEndOlder =
    "UPDATE {schema}.sessions SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL AND expires_at > ? AND "
    "session_epoch < (SELECT session_epoch FROM {schema}.users WHERE id = ?) ORDER BY expires_at DESC LIMIT ?";
constexpr Sql kBumpEpoch = "UPDATE {schema}.users SET session_epoch = session_epoch + 1 WHERE id = ?";

constexpr auto kMost = static_cast<std::int64_t>(domain::kMostOpenSessions);

}  // namespace

std::optional<domain::ActiveSession> MySqlSessions::findActive(const domain::secrets::SessionHash& hash,
                                                               domain::Timestamp now) const {
    const auto latest = now + domain::kClockTolerance;
    const auto rows = connection_.query(kFindActive, {bytesOf(hash), now - domain::kSessionIdleLimit, latest, now,
                                                      latest + domain::kSessionAbsoluteLimit});
    if (rows.empty()) return std::nullopt;
    auto user = userAt(rows[0], 3);
    const domain::Session session{user.id, rows[0].timestamp(0), rows[0].timestamp(1), rows[0].timestamp(2)};
    return domain::ActiveSession{session, std::move(user)};
}

void MySqlSessions::add(const domain::secrets::SessionHash& hash, const domain::Session& session) {
    connection_.execute(
        kAdd, {bytesOf(hash), session.createdAt, session.lastSeenAt, session.expiresAt, bytesOf(session.user)});
}

void MySqlSessions::touch(const domain::secrets::SessionHash& hash, domain::Timestamp seen) {
    connection_.execute(kTouch, {seen, bytesOf(hash)});
}

void MySqlSessions::end(const domain::secrets::SessionHash& hash, domain::Timestamp now) {
    connection_.execute(kEnd, {now, bytesOf(hash)});
    connection_.invalidate(domain::shardOf(hash));
}

void MySqlSessions::makeRoom(const domain::UserId& user, domain::Timestamp now) {
    const auto beyond =
        connection_.query(kBeyond, {bytesOf(user), now, now + domain::kClockTolerance, kMost, kMost - 1});
    for (std::size_t i = 0; i < beyond.size(); ++i)
        end(stored(domain::secrets::SessionHash::fromStored(beyond[i].text(0))), now);
}

// session_epoch decides whether a session holds. This and endOlderOf also end the open rows, for workers of the
// previous release, which compare no session_epoch. The next release can drop both statements.
std::size_t MySqlSessions::endAllOf(const domain::UserId& user, domain::Timestamp now) {
    connection_.executeLater(kBumpEpoch, {bytesOf(user)});
    connection_.invalidate(domain::shardOf(user));
    return connection_.execute(kEndOpen, {now, bytesOf(user), now, kMost});
}

std::size_t MySqlSessions::endOlderOf(const domain::UserId& user, domain::Timestamp now, std::size_t most) {
    const auto ended =
        connection_.execute(kEndOlder, {now, bytesOf(user), now, bytesOf(user), static_cast<std::int64_t>(most)});
    if (ended > 0) connection_.invalidate(domain::shardOf(user));
    return ended;
}

}  // namespace claviger::persistence

#include "persistence/tenant/mysql_users.h"

#include <set>

#include "persistence/connection/errors.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

constexpr Sql kFindByEmail =
    "SELECT " CLAVIGER_USER_COLUMNS ", u.password_hash FROM {schema}.users u WHERE u.email = ?";
constexpr Sql kList = "SELECT " CLAVIGER_USER_COLUMNS " FROM {schema}.users u ORDER BY u.email";
constexpr Sql kAdd =
    "INSERT INTO {schema}.users (id, email, name, status, created_at, password_hash) VALUES (?, ?, ?, ?, ?, ?)";
constexpr Sql kSetStatus = "UPDATE {schema}.users SET status = ? WHERE id = ?";
constexpr Sql kSetPassword = "UPDATE {schema}.users SET password_hash = ? WHERE id = ?";
// A sealed form has the pepper's version between its fourth and fifth dollar sign. No other part of it matches `$N$`.
// The lock waits for uncommitted rows. It ends with the statement, outside a transaction.
constexpr Sql kNotSealedWith =
    "SELECT id, password_hash FROM {schema}.users WHERE id > ? AND password_hash NOT LIKE "
    "CONCAT('$sealed-argon2id$v=19$m=%$', ?, '$%') ORDER BY id LIMIT ? LOCK IN SHARE MODE";
constexpr Sql kReplacePassword = "UPDATE {schema}.users SET password_hash = ? WHERE id = ? AND password_hash = ?";
constexpr Sql kCountByPepper =
    "SELECT CASE WHEN password_hash LIKE '$sealed-argon2id$%' THEN "
    "CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(password_hash, '$', 5), '$', -1) AS SIGNED) ELSE 0 END AS version, COUNT(*) "
    "FROM {schema}.users GROUP BY version";
constexpr Sql kPasswordKinds =
    "SELECT SUBSTRING_INDEX(password_hash, '$', 4) AS head, CASE WHEN password_hash LIKE '$sealed-argon2id$%' THEN "
    "CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(password_hash, '$', 5), '$', -1) AS SIGNED) ELSE 0 END AS version, COUNT(*) "
    "FROM {schema}.users GROUP BY head, version";
constexpr Sql kLock = "SELECT status FROM {schema}.users WHERE id = ? FOR UPDATE";

constexpr auto kEmailIndex = "users_email";

}  // namespace

std::optional<domain::Account> MySqlUsers::findByEmail(const domain::Email& email) const {
    const auto rows = connection_.query(kFindByEmail, {Text{email.text()}});
    if (rows.empty()) return std::nullopt;
    return domain::Account{userAt(rows[0], 0), domain::secrets::PasswordHash::fromStored(rows[0].text(5))};
}

std::vector<domain::User> MySqlUsers::list() const {
    return connection_.query(kList).map([](const Row& row) { return userAt(row, 0); });
}

MySqlUsers::PasswordKinds MySqlUsers::passwordKinds() const {
    const auto rows = connection_.query(kPasswordKinds);
    PasswordKinds kinds;
    std::set<domain::secrets::PasswordCost> costs;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (const auto cost = domain::secrets::PasswordCost::parse(rows[i].text(0))) costs.insert(*cost);
        kinds.peppers[static_cast<int>(rows[i].integer(1))] += static_cast<std::size_t>(rows[i].integer(2));
    }
    kinds.costs.assign(costs.begin(), costs.end());
    return kinds;
}

domain::Result<void> MySqlUsers::add(const domain::Account& account) {
    const auto& user = account.user;
    try {
        connection_.execute(kAdd, {bytesOf(user.id), Text{user.email.text()}, Bytes{user.name}, textOf(user.status),
                                   user.createdAt, Text{account.passwordHash.stored()}});
    } catch (const DuplicateKey& duplicate) {
        if (duplicate.index() != kEmailIndex) throw;
        return domain::Error{domain::ErrorCode::kUserTaken, user.email.text() + " exists"};
    }
    return {};
}

void MySqlUsers::setStatus(const domain::UserId& id, domain::UserStatus status) {
    connection_.execute(kSetStatus, {textOf(status), bytesOf(id)});
    connection_.invalidate(domain::shardOf(id));
}

void MySqlUsers::setPassword(const domain::UserId& id, const domain::secrets::PasswordHash& hash) {
    connection_.execute(kSetPassword, {Text{hash.stored()}, bytesOf(id)});
}

std::vector<MySqlUsers::StoredPassword> MySqlUsers::passwordsNotSealedWith(int pepperVersion,
                                                                           const std::optional<domain::UserId>& after,
                                                                           std::size_t most) const {
    const Values values{after ? bytesOf(*after) : Value(Bytes{""}), Text{std::to_string(pepperVersion)},
                        static_cast<std::int64_t>(most)};
    return connection_.query(kNotSealedWith, values).map([](const Row& row) {
        return StoredPassword{idAt<domain::UserId>(row, 0), domain::secrets::PasswordHash::fromStored(row.text(1))};
    });
}

bool MySqlUsers::replacePassword(const StoredPassword& password, const domain::secrets::PasswordHash& to) {
    return connection_.execute(kReplacePassword,
                               {Text{to.stored()}, bytesOf(password.user), Text{password.hash.stored()}}) == 1;
}

std::map<int, std::size_t> MySqlUsers::countPasswordsByPepper() const {
    std::map<int, std::size_t> counts;
    for (const auto& [version, count] : connection_.query(kCountByPepper).map([](const Row& row) {
             return std::pair(static_cast<int>(row.integer(0)), static_cast<std::size_t>(row.integer(1)));
         }))
        counts[version] += count;
    return counts;
}

bool MySqlUsers::lockApproved(const domain::UserId& id) {
    const auto rows = connection_.query(kLock, {bytesOf(id)});
    return !rows.empty() && statusAt(rows[0], 0) == domain::UserStatus::kApproved;
}

}  // namespace claviger::persistence

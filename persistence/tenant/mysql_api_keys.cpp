#include "persistence/tenant/mysql_api_keys.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "persistence/connection/errors.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

// The columns of a key, in the order in which keyAt() reads them, from `api_keys k`. A macro, since a statement is one
// literal (sql.h).
#define CLAVIGER_KEY_COLUMNS                                                                            \
    "k.id, k.user_id, k.name, k.lineage_id, k.generation, k.key_prefix, k.created_at, k.last_used_at, " \
    "k.last_used_address, k.last_user_agent, k.use_count, k.expires_at, k.disabled_at, k.disabled_by"
constexpr std::size_t kKeyColumns = 14;

// Reads disabled_at and disabled_by, from `first` on. Where disabled_by is missing, the owner cannot enable the key.
std::optional<domain::KeyDisabling> disablingAt(const Row& row, std::size_t first) {
    const auto at = row.maybeTimestamp(first);
    if (!at) return std::nullopt;
    const bool byOwner = !row.isNull(first + 1) && row.integer(first + 1) == static_cast<int>(domain::KeyParty::kOwner);
    return domain::KeyDisabling{*at, byOwner ? domain::KeyParty::kOwner : domain::KeyParty::kOperator};
}

domain::ApiKey keyAt(const Row& row) {
    return {idAt<domain::ApiKeyId>(row, 0),
            idAt<domain::UserId>(row, 1),
            stored(domain::KeyName::parse(row.text(2))),
            idAt<domain::LineageId>(row, 3),
            static_cast<int>(row.integer(4)),
            row.text(5),
            row.timestamp(6),
            row.maybeTimestamp(7),
            {row.text(8), row.text(9)},
            row.integer(10),
            row.maybeTimestamp(11),
            disablingAt(row, 12)};
}

// `live` is generated from deleted_at: 1 for an active key, NULL for a revoked one. With it the indexes keep the active
// keys together.
constexpr Sql kListActive = "SELECT " CLAVIGER_KEY_COLUMNS ", " CLAVIGER_USER_COLUMNS
                            " FROM {schema}.users u LEFT JOIN {schema}.api_keys k ON k.user_id = u.id AND k.live = 1 "
                            "WHERE u.id IN (?)";
constexpr Sql kListAllActive = "SELECT " CLAVIGER_KEY_COLUMNS ", " CLAVIGER_USER_COLUMNS
                               " FROM {schema}.users u JOIN {schema}.api_keys k ON k.user_id = u.id AND k.live = 1 "
                               "ORDER BY u.email, k.created_at DESC, k.id DESC";
// The user's row is read first, since the other parts depend on it. So the count begins after the user is locked. It
// takes no locks, and sees what was committed while the statement waited for the user.
constexpr Sql kLockUser =
    "SELECT u.status, (SELECT COUNT(*) FROM {schema}.api_keys WHERE user_id = u.id AND live = 1), c.whole_at "
    "FROM {schema}.users u LEFT JOIN {schema}.key_changes c ON c.user_id = u.id WHERE u.id = ? FOR UPDATE";
// The user's row is read first, since the joins depend on it. So the other rows are read after the user is locked.
constexpr Sql kLock =
    "SELECT u.status, k.name, k.lineage_id, k.generation, k.key_hash, c.whole_at, k.created_at, k.expires_at, "
    "k.disabled_at, k.disabled_by FROM {schema}.users u "
    "LEFT JOIN {schema}.api_keys k ON k.id = ? AND k.user_id = u.id AND k.deleted_at IS NULL "
    "LEFT JOIN {schema}.key_changes c ON c.user_id = u.id "
    "WHERE u.id = ? FOR UPDATE";
constexpr Sql kSetChangesWholeAt =
    "INSERT INTO {schema}.key_changes (user_id, whole_at) VALUES (?, ?) ON DUPLICATE KEY UPDATE whole_at = ?";
constexpr Sql kFindOnce = "SELECT 1 FROM {schema}.api_keys WHERE once_hash = ?";
constexpr Sql kFindActiveByOnce =
    "SELECT " CLAVIGER_KEY_COLUMNS " FROM {schema}.api_keys k WHERE k.once_hash = ? AND k.deleted_at IS NULL";
// One query for both hashes of a key, so that it is not missed while it moves from one to the other.
constexpr Sql kFindByHash =
    "SELECT k.key_hash, k.id, k.user_id, k.pepper_version, k.deleted_at IS NULL, u.status = 'approved', k.expires_at, "
    "k.disabled_at IS NULL "
    "FROM {schema}.api_keys k JOIN {schema}.users u ON u.id = k.user_id WHERE k.key_hash IN (?)";
constexpr Sql kCountActiveByPepper =
    "SELECT pepper_version, COUNT(*) FROM {schema}.api_keys WHERE deleted_at IS NULL GROUP BY pepper_version";
constexpr Sql kFind = "SELECT " CLAVIGER_KEY_COLUMNS ", k.deleted_at FROM {schema}.api_keys k WHERE k.id = ?";
constexpr Sql kAdd =
    "INSERT INTO {schema}.api_keys (id, user_id, name, lineage_id, generation, key_hash, pepper_version, key_prefix, "
    "once_hash, created_at, last_used_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr Sql kEnd = "UPDATE {schema}.api_keys SET deleted_at = ? WHERE id = ?";
constexpr Sql kSetDisabled = "UPDATE {schema}.api_keys SET disabled_at = ?, disabled_by = ? WHERE id = ?";
// IGNORE: an entry for the hash that is there already must not make the revocation fail.
constexpr Sql kRecordDead =
    "INSERT IGNORE INTO claviger.dead_keys (tenant_id, key_hash, died_at, key_id) VALUES (?, ?, ?, ?)";
// If another worker has written a later use, that use stays. The server may assign the columns of a joined update in
// any order. So every column compares last_used_at with this use: the result is the same before and after last_used_at
// is assigned.
constexpr Sql kRecordUses =
    "UPDATE {schema}.api_keys k JOIN ({tuples}) used ON k.id = used.c1 "
    "SET k.last_used_address = IF(k.last_used_at > used.c2, k.last_used_address, used.c3), "
    "k.last_user_agent = IF(k.last_used_at > used.c2, k.last_user_agent, used.c4), "
    "k.last_used_at = IF(k.last_used_at > used.c2, k.last_used_at, used.c2), k.use_count = k.use_count + used.c5";
// A revoked key keeps the hash that it had when it was revoked.
constexpr Sql kMove =
    "UPDATE {schema}.api_keys k JOIN ({tuples}) moved ON k.id = moved.c1 "
    "SET k.key_hash = moved.c2, k.pepper_version = moved.c3 WHERE k.pepper_version < moved.c3 AND k.deleted_at IS NULL";
// Each row has the epochs of its key's shards as of this statement. The rows are those of the keys whose uses this
// transaction has written, so no other one can revoke them before it commits. A shard of the user or the tenant may be
// bumped before the commit: the row is out of date then. Not REPLACE, which would lock the gap beside a row.
//
// A row is usable for 10 to 20 minutes, so that not all are read anew at the same time. It bounds the error where the
// control schema does not fit the tenant's: after a restore of one without the other, or a change by hand.
constexpr Sql kIndex =
    "INSERT INTO claviger.key_index (tenant_id, key_id, key_hash, user_id, pepper_version, key_shard, key_epoch, "
    "user_shard, user_epoch, tenant_shard, tenant_epoch, usable_until, expires_at, policy_version) "
    "SELECT used.c2, k.id, k.key_hash, k.user_id, k.pepper_version, used.c3, ke.epoch, used.c4, ue.epoch, used.c5, "
    "te.epoch, UTC_TIMESTAMP(6) + INTERVAL 600 + FLOOR(600 * RAND()) SECOND, k.expires_at, " CLAVIGER_KEY_POLICY_VERSION
    " FROM ({tuples}) used "
    "JOIN {schema}.api_keys k ON k.id = used.c1 AND k.user_id = used.c6 AND k.deleted_at IS NULL "
    "AND k.disabled_at IS NULL "
    "JOIN {schema}.users u ON u.id = k.user_id AND u.status = 'approved' "
    "JOIN claviger.revocation_epochs ke ON ke.slot = used.c3 "
    "JOIN claviger.revocation_epochs ue ON ue.slot = used.c4 "
    "JOIN claviger.revocation_epochs te ON te.slot = used.c5 "
    "ON DUPLICATE KEY UPDATE tenant_id = VALUES(tenant_id), key_id = VALUES(key_id), key_hash = VALUES(key_hash), "
    "user_id = VALUES(user_id), pepper_version = VALUES(pepper_version), key_shard = VALUES(key_shard), "
    "key_epoch = VALUES(key_epoch), user_shard = VALUES(user_shard), user_epoch = VALUES(user_epoch), "
    "tenant_shard = VALUES(tenant_shard), tenant_epoch = VALUES(tenant_epoch), usable_until = VALUES(usable_until), "
    "expires_at = VALUES(expires_at), policy_version = VALUES(policy_version)";
// An earlier release may write the row again, but leaves this column as it is.
constexpr Sql kOutdateIndex = "UPDATE claviger.key_index SET policy_version = 0 WHERE tenant_id = ? AND key_id = ?";

constexpr auto kNameIndex = "api_keys_live_name";
constexpr auto kOnceIndex = "api_keys_once";

domain::KeyOwner ownerAt(const Row& row) {
    return {keyAt(row), userAt(row, kKeyColumns)};
}

// Adds the key of a row to the list of the row's user. A user without keys has one row without a key.
void addTo(std::map<domain::UserId, domain::OwnedKeys>& lists, const Row& row) {
    const auto user = idAt<domain::UserId>(row, kKeyColumns);
    auto place = lists.find(user);
    if (place == lists.end()) place = lists.emplace(user, domain::OwnedKeys{userAt(row, kKeyColumns), {}}).first;
    if (!row.isNull(0)) place->second.keys.push_back(keyAt(row));
}

// Sorts here, since sorting a handful of rows costs the server several times as much.
void sortNewestFirst(std::vector<domain::ApiKey>& keys) {
    std::sort(keys.begin(), keys.end(), [](const domain::ApiKey& a, const domain::ApiKey& b) {
        return std::tie(a.createdAt, a.id) > std::tie(b.createdAt, b.id);
    });
}

domain::KeyByHash keyByHashAt(const Row& row) {
    const auto id = idAt<domain::ApiKeyId>(row, 1);
    const auto user = idAt<domain::UserId>(row, 2);
    if (row.integer(4) == 0) return {{}, domain::DeadKey{id, user}};
    if (row.integer(5) == 0) return {};
    using Switch = domain::KeyPolicy::Switch;
    const domain::KeyPolicy policy(row.maybeTimestamp(6), row.integer(7) == 1 ? Switch::kEnabled : Switch::kDisabled);
    return {domain::FoundKey{{id, user, policy}, static_cast<int>(row.integer(3))}, {}};
}

Value timeOf(const std::optional<domain::Timestamp>& moment) {
    return moment ? Value(*moment) : Value(Null{});
}

std::int64_t numberOf(domain::Shard shard) {
    return static_cast<std::int64_t>(indexOf(shard));
}

// The tuple of kIndex.
Values indexTuple(const domain::TenantId& tenant, const domain::ApiKeyId& key, const domain::UserId& user) {
    return {bytesOf(key),
            bytesOf(tenant),
            numberOf(domain::shardOf(key)),
            numberOf(domain::shardOf(user)),
            numberOf(domain::shardOf(tenant)),
            bytesOf(user)};
}

// The values of kAdd.
Values valuesOf(const domain::ApiKey& key, const domain::KeySecret& secret) {
    return {bytesOf(key.id),
            bytesOf(key.user),
            Bytes{key.name.text()},
            bytesOf(key.lineage),
            std::int64_t{key.generation},
            bytesOf(secret.hash),
            std::int64_t{secret.pepperVersion},
            Text{key.keyPrefix},
            bytesOf(secret.once),
            key.createdAt,
            timeOf(key.lastUsedAt),
            timeOf(key.expiresAt)};
}

}  // namespace

std::vector<std::optional<domain::OwnedKeys>> MySqlApiKeys::listActive(const std::vector<domain::UserId>& users) const {
    ListOfBytes ids;
    for (const auto& user : users) ids.values.push_back(user.bytes());
    std::map<domain::UserId, domain::OwnedKeys> found;
    const auto rows = connection_.query(kListActive, {std::move(ids)});
    for (std::size_t i = 0; i < rows.size(); ++i) addTo(found, rows[i]);
    std::vector<std::optional<domain::OwnedKeys>> lists;
    lists.reserve(users.size());
    for (auto& [user, list] : found) sortNewestFirst(list.keys);
    for (const auto& user : users) {  // copies: a user may be in the list twice
        const auto place = found.find(user);
        lists.push_back(place == found.end() ? std::nullopt : std::optional(place->second));
    }
    return lists;
}

std::vector<domain::KeyOwner> MySqlApiKeys::listAllActive() const {
    return connection_.query(kListAllActive).map(ownerAt);
}

std::optional<domain::LockedUser> MySqlApiKeys::lockUser(const domain::UserId& user) {
    const auto rows = connection_.query(kLockUser, {bytesOf(user)});
    if (rows.empty() || statusAt(rows[0], 0) != domain::UserStatus::kApproved) return std::nullopt;
    return domain::LockedUser{static_cast<std::size_t>(rows[0].integer(1)), rows[0].maybeTimestamp(2)};
}

domain::LockedKey MySqlApiKeys::lock(const domain::UserId& user, const domain::ApiKeyId& id) {
    const auto rows = connection_.query(kLock, {bytesOf(id), bytesOf(user)});
    if (rows.empty()) return {false, std::nullopt};
    domain::LockedKey locked{statusAt(rows[0], 0) == domain::UserStatus::kApproved, {}, rows[0].maybeTimestamp(5)};
    if (!rows[0].isNull(1))
        locked.active.emplace(domain::LockedKey::Active{
            stored(domain::KeyName::parse(rows[0].text(1))), idAt<domain::LineageId>(rows[0], 2),
            static_cast<int>(rows[0].integer(3)), stored(domain::secrets::KeyHash::fromStored(rows[0].text(4))),
            rows[0].timestamp(6), rows[0].maybeTimestamp(7), disablingAt(rows[0], 8)});
    return locked;
}

void MySqlApiKeys::setChangesWholeAt(const domain::UserId& user, domain::Timestamp wholeAt) {
    connection_.executeLater(kSetChangesWholeAt, {bytesOf(user), wholeAt, wholeAt});
}

bool MySqlApiKeys::isUsed(const domain::secrets::OnceHash& once) const {
    return !connection_.query(kFindOnce, {bytesOf(once)}).empty();
}

std::optional<domain::ApiKey> MySqlApiKeys::findActiveByOnce(const domain::secrets::OnceHash& once) const {
    const auto rows = connection_.query(kFindActiveByOnce, {bytesOf(once)});
    if (rows.empty()) return std::nullopt;
    return keyAt(rows[0]);
}

std::vector<domain::KeyByHash> MySqlApiKeys::findByHash(const std::vector<domain::KeyHashes>& sought) const {
    const auto rows = connection_.query(kFindByHash, {listOf(sought)});
    std::map<std::string, std::size_t, std::less<>> found;
    for (std::size_t i = 0; i < rows.size(); ++i) found.emplace(rows[i].text(0), i);
    const auto foundBy = [&](const std::optional<domain::secrets::KeyHash>& hash) {
        const auto place = hash ? found.find(hash->bytes()) : found.end();
        return place == found.end() ? domain::KeyByHash{} : keyByHashAt(rows[place->second]);
    };
    std::vector<domain::KeyByHash> answers;
    answers.reserve(sought.size());
    for (const auto& pair : sought) {
        const auto one = foundBy(pair.hash), other = foundBy(pair.other);
        answers.push_back(one.active || (one.dead && !other.active) ? one : other);
    }
    return answers;
}

std::map<int, std::size_t> MySqlApiKeys::countActiveByPepper() const {
    std::map<int, std::size_t> counts;
    for (const auto& [version, keys] : connection_.query(kCountActiveByPepper).map([](const Row& row) {
             return std::pair(static_cast<int>(row.integer(0)), static_cast<std::size_t>(row.integer(1)));
         }))
        counts.emplace(version, keys);
    return counts;
}

void MySqlApiKeys::add(const domain::ApiKey& key, const domain::KeySecret& secret) {
    connection_.executeLater(kAdd, valuesOf(key, secret));
    connection_.invalidate(domain::listShardOf(key.user));
    connection_.refuseDuplicates(kNameIndex, domain::ErrorCode::kNameTaken);
    connection_.refuseDuplicates(kOnceIndex, domain::ErrorCode::kAlreadyShown);
}

void MySqlApiKeys::addNext(const domain::ApiKey& key, const domain::KeySecret& secret) {
    connection_.executeLater(kAdd, valuesOf(key, secret));
}

std::optional<domain::StoredKey> MySqlApiKeys::find(const domain::ApiKeyId& id) const {
    const auto rows = connection_.query(kFind, {bytesOf(id)});
    if (rows.empty()) return std::nullopt;
    return domain::StoredKey{keyAt(rows[0]), rows[0].maybeTimestamp(kKeyColumns)};
}

void MySqlApiKeys::end(const domain::ApiKeyId& id, const domain::LockedKey::Active& active, domain::Timestamp now) {
    connection_.executeLater(kEnd, {now, bytesOf(id)});
    connection_.executeLater(kRecordDead, {bytesOf(connection_.tenant()), bytesOf(active.hash), now, bytesOf(id)});
    connection_.invalidate(domain::shardOf(id));
}

void MySqlApiKeys::setDisabled(const domain::ApiKeyId& id, const std::optional<domain::KeyDisabling>& disabled) {
    if (disabled) {
        connection_.executeLater(kSetDisabled, {disabled->at, static_cast<std::int64_t>(disabled->by), bytesOf(id)});
        connection_.executeLater(kOutdateIndex, {bytesOf(connection_.tenant()), bytesOf(id)});
    } else {
        connection_.executeLater(kSetDisabled, {Null{}, Null{}, bytesOf(id)});
    }
    connection_.invalidate(domain::shardOf(id));
}

void MySqlApiKeys::endAgain(const domain::ApiKeyId& id) {
    connection_.invalidate(domain::shardOf(id));
}

void MySqlApiKeys::recordUses(const std::vector<Use>& uses) {
    // One row per key, since a joined update takes any one of several. All workers use the same order, so that they do
    // not deadlock.
    std::map<domain::ApiKeyId, Use> summed;
    for (const auto& use : uses) {
        const auto [place, first] = summed.try_emplace(use.key, use);
        if (!first) place->second.add(use);
    }
    Tuples tuples, moves, unindexed;
    for (const auto& [key, use] : summed) {
        tuples.push_back(
            {bytesOf(key), use.at, Text{use.caller.address}, Bytes{use.caller.userAgent}, std::int64_t{use.count}});
        if (use.moved)
            moves.push_back({bytesOf(key), bytesOf(use.moved->hash), std::int64_t{use.moved->pepperVersion}});
        if (use.toIndex) unindexed.push_back(indexTuple(connection_.tenant(), key, *use.toIndex));
    }
    if (tuples.empty()) return;
    connection_.executeOnTuples(kRecordUses, tuples);
    if (!moves.empty()) connection_.executeOnTuples(kMove, moves);
    if (!unindexed.empty()) addToIndex(unindexed);
}

// The uses are written also if a row that is out of date has one of the hashes.
void MySqlApiKeys::addToIndex(const Tuples& keys) {
    try {
        connection_.executeOnTuples(kIndex, keys);
    } catch (const DuplicateKey&) {  // verify does without the index
    }
}

}  // namespace claviger::persistence

#include "persistence/control/mysql_key_index.h"

#include <map>
#include <string>

#include "persistence/connection/reading.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

// A row whose shards have other epochs by now is out of date: the key, its user or its tenant may have changed since.
constexpr Sql kFind =
    "SELECT i.key_hash, i.tenant_id, i.key_id, i.user_id, i.pepper_version, i.expires_at FROM claviger.key_index i "
    "JOIN claviger.revocation_epochs k ON k.slot = i.key_shard AND k.epoch = i.key_epoch "
    "JOIN claviger.revocation_epochs u ON u.slot = i.user_shard AND u.epoch = i.user_epoch "
    "JOIN claviger.revocation_epochs t ON t.slot = i.tenant_shard AND t.epoch = i.tenant_epoch "
    "WHERE i.key_hash IN (?) AND i.usable_until > UTC_TIMESTAMP(6) "
    "AND i.policy_version = " CLAVIGER_KEY_POLICY_VERSION;
constexpr Sql kRemove = "DELETE FROM claviger.key_index WHERE tenant_id = ? ORDER BY key_id LIMIT ?";
constexpr std::uint64_t kRemovedAtOnce = 1000;

using FoundByHash = std::map<std::string, domain::IndexedKey, std::less<>>;

domain::IndexedKey indexedKeyAt(const Row& row) {
    const domain::ActiveKey key{idAt<domain::ApiKeyId>(row, 2), idAt<domain::UserId>(row, 3),
                                domain::KeyPolicy(row.maybeTimestamp(5))};
    return {idAt<domain::TenantId>(row, 1), {key, static_cast<int>(row.integer(4))}};
}

std::optional<domain::IndexedKey> foundBy(const FoundByHash& all, const domain::KeyHashes& pair) {
    auto place = all.find(pair.hash.bytes());
    if (place == all.end() && pair.other) place = all.find(pair.other->bytes());
    return place == all.end() ? std::nullopt : std::optional(place->second);
}

}  // namespace

std::vector<std::optional<domain::IndexedKey>> MySqlKeyIndex::find(const std::vector<domain::KeyHashes>& sought) const {
    FoundByHash all;
    runReading(connections_, std::nullopt, [&](Connection& connection) {
        const auto rows = connection.query(kFind, {listOf(sought)});
        for (std::size_t i = 0; i < rows.size(); ++i) all.insert_or_assign(rows[i].text(0), indexedKeyAt(rows[i]));
    });
    std::vector<std::optional<domain::IndexedKey>> found;
    found.reserve(sought.size());
    for (const auto& pair : sought) found.push_back(foundBy(all, pair));
    return found;
}

void removeFromKeyIndex(Connection& connection, const domain::TenantId& tenant) {
    const Values values{bytesOf(tenant), static_cast<std::int64_t>(kRemovedAtOnce)};
    while (connection.execute(kRemove, values) == kRemovedAtOnce) {
    }
}

}  // namespace claviger::persistence

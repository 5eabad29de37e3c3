#include "domain/keys/key_lists.h"

#include <algorithm>

namespace claviger::domain {
namespace {

// Last uses show within a minute. Writing them down takes half of it.
constexpr std::chrono::seconds kMaxAge{20};
constexpr std::size_t kShortToLong = 64;  // a long list has up to ten times as many keys

std::vector<std::shared_ptr<const OwnedKeys>> listActive(const TenantStore& store, const std::vector<UserId>& users) {
    std::vector<std::shared_ptr<const OwnedKeys>> lists;
    lists.reserve(users.size());
    for (auto& list : store.apiKeys().listActive(users))
        lists.push_back(list ? std::make_shared<const OwnedKeys>(std::move(*list)) : nullptr);
    return lists;
}

std::optional<KeyOwner> ownerIn(const OwnedKeys* list, const ApiKeyId& id) {
    if (!list || list->user.status != UserStatus::kApproved) return std::nullopt;
    const auto found =
        std::find_if(list->keys.begin(), list->keys.end(), [&](const ApiKey& key) { return key.id == id; });
    if (found == list->keys.end()) return std::nullopt;
    return KeyOwner{*found, list->user};
}

}  // namespace

KeyLists::KeyLists(const TenantStores& stores, const Fence& fence, std::size_t capacity)
    : fence_(fence),
      short_(fence, capacity, kMaxAge),
      long_(fence, (capacity + kShortToLong - 1) / kShortToLong, kMaxAge),
      lookups_(stores, listActive) {}

std::vector<ApiKey> KeyLists::list(const Tenant& tenant, const UserId& user) {
    auto list = cached(tenant, user);
    if (!list) list = look(tenant, user);
    return list ? list->keys : std::vector<ApiKey>();
}

std::optional<KeyOwner> KeyLists::find(const Tenant& tenant, const UserId& user, const ApiKeyId& id) {
    if (auto owner = ownerIn(cached(tenant, user).get(), id)) return owner;
    return ownerIn(look(tenant, user).get(), id);
}

KeyLists::SharedKeys KeyLists::cached(const Tenant& tenant, const UserId& user) {
    const TenantUser key{tenant.id, user};
    auto list = short_.find(key);
    if (!list) list = long_.find(key);
    return list && fence_.holds((*list)->stamp) ? (*list)->keys : nullptr;
}

KeyLists::SharedKeys KeyLists::look(const Tenant& tenant, const UserId& user) {
    ShardCounters before;
    fence_.read(before);
    auto list = lookups_.ask(tenant, user);
    if (!list) return nullptr;
    auto& cache = list->keys.size() > kShort ? long_ : short_;
    cache.keep({tenant.id, user}, withStamp(list, before),
               {before, {listShardOf(user), shardOf(user), shardOf(tenant.id)}});
    return list;
}

// A key that leaves the list bumps its own shard, and not the list's.
KeyLists::SharedList KeyLists::withStamp(SharedKeys keys, const ShardCounters& before) {
    std::vector<StampPart> stamp;
    stamp.reserve(keys->keys.size());
    for (const auto& key : keys->keys) stamp.push_back({shardOf(key.id), before[indexOf(shardOf(key.id))]});
    return std::make_shared<const CachedList>(CachedList{std::move(keys), std::move(stamp)});
}

}  // namespace claviger::domain

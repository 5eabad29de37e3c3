#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "domain/fence/fenced_cache.h"
#include "domain/keys/batched_lookup.h"
#include "domain/model/api_key.h"
#include "domain/ports/tenant/tenant_stores.h"

namespace claviger::domain {

// The active keys of each user, with the user. Lists show them, and API clients their own key among them. Each list is
// as it is in the database; only its last uses may be up to 20 s old. Lists are cached in the memory of this process,
// and a cached list is used only while the fence holds. Every method throws StorageUnavailable. Thread-safe.
//
// Bounded: caches `capacity` lists of at most kShort keys, and a 64th as many of longer ones; 0: none.
class KeyLists {
public:
    static constexpr std::size_t kShort = 50;

    KeyLists(const TenantStores&, const Fence&, std::size_t capacity);  // references must outlive this

    // Returns the user's active keys, newest first.
    std::vector<ApiKey> list(const Tenant&, const UserId&);

    // Returns one active key of an approved user. nullopt: there is none, by a query of the database. A key that a
    // worker of an earlier release has made may be missing in a cached list.
    std::optional<KeyOwner> find(const Tenant&, const UserId&, const ApiKeyId&);

private:
    struct TenantUser {  // an import may bring ids of another tenant's users
        TenantId tenant;
        UserId user;
        bool operator==(const TenantUser&) const = default;
    };
    struct HashOfTenantUser {
        std::size_t operator()(const TenantUser& pair) const { return HashOfId()(pair.tenant) ^ HashOfId()(pair.user); }
    };
    using SharedKeys = std::shared_ptr<const OwnedKeys>;  // null: there is no such user
    struct CachedList {
        SharedKeys keys;
        std::vector<StampPart> stamp;  // the shards of these keys; the cache has those of list, user and tenant
    };
    // A pointer, so that an unused place of a cache is small, and a copy is cheap.
    using SharedList = std::shared_ptr<const CachedList>;
    using Cache = FencedCache<TenantUser, SharedList, HashOfTenantUser>;

    SharedKeys cached(const Tenant&, const UserId&);
    SharedKeys look(const Tenant&, const UserId&);
    static SharedList withStamp(SharedKeys, const ShardCounters& before);

    const Fence& fence_;
    Cache short_, long_;
    BatchedLookup<UserId, SharedKeys> lookups_;
};

}  // namespace claviger::domain

#pragma once

#include <string_view>
#include <variant>

#include "domain/base/batches.h"
#include "domain/keys/batched_lookup.h"
#include "domain/keys/usage_recorder.h"
#include "domain/ports/control/key_index.h"
#include "domain/ports/outside/key_cache.h"
#include "domain/secrets/hasher.h"

namespace claviger::domain {

// Decides whether a presented full key is active and admitted by its policy, and returns its id and user. Thread-safe.
//
// A key whose revocation was acknowledged before the call is refused, on every worker of every host. Active and
// dead keys are cached, and a cached entry is used only while the fence holds. Without one the key is looked up in the
// index, in one query for the lookups of all tenants. A key that the index lacks is looked up in its tenant's table,
// and added to the index when its use is recorded. Dead keys have a cache of their own, and unknown ones are not
// cached. So neither forgotten scripts nor guessed keys evict active ones. A key that is stored with an earlier pepper
// moves to the current one when its use is recorded.
class KeyVerifier {
public:
    // References must outlive this.
    KeyVerifier(const KeyIndex&, TenantStores&, const secrets::Hasher&, UsageRecorder&, const Clock&, const Fence&,
                KeyCache<ActiveKey>&, KeyCache<DeadKey>&);

    // Checks the key and records its use.
    //   kKeyInvalid  malformed or bad checksum (refused without a query), unknown or revoked key,
    //                or a user who is not approved
    // Throws StorageUnavailable if the database had to be queried and did not answer; then the key may be active or
    // not.
    Result<ActiveKey> verify(const Tenant&, std::string_view presented, const ClientInfo&);

private:
    struct Found {
        ActiveKey key;
        std::optional<ApiKeys::NewHash> moved{};  // the hash to move to; nullopt: no move is needed, or none is known
        bool isIndexed = true;                    // or is cached
    };
    std::optional<Found> find(const Tenant&, const secrets::PlainKey&, const secrets::KeyHash&);
    std::optional<FoundKey> findIndexed(const Tenant&, const KeyHashes&);
    std::optional<FoundKey> findInTenant(const Tenant&, const KeyHashes&, const ShardCounters& before);
    Result<ActiveKey> admitted(const Tenant&, const Found&, const ClientInfo&);

    const KeyIndex& index_;
    Batches<std::monostate, KeyHashes, std::optional<IndexedKey>> indexed_;  // one group: all tenants
    BatchedLookup<KeyHashes, KeyByHash> lookup_;
    const secrets::Hasher& hasher_;
    UsageRecorder& usage_;
    const Clock& clock_;
    const Fence& fence_;
    KeyCache<ActiveKey>& active_;
    KeyCache<DeadKey>& dead_;
};

}  // namespace claviger::domain

#pragma once

#include <memory>
#include <string_view>

#include "domain/base/fault_report.h"
#include "domain/base/retry_pauses.h"
#include "domain/fence/fenced_cache.h"
#include "domain/keys/batched_lookup.h"
#include "domain/keys/key_verifier.h"
#include "domain/model/actor.h"
#include "domain/ports/tenant/tenant_stores.h"
#include "domain/secrets/hasher.h"

namespace claviger::domain {

// Identifies the caller of a request. Every method throws StorageUnavailable. Thread-safe.
class Authenticator {
public:
    // References must outlive this.
    Authenticator(TenantStores&, KeyVerifier&, const secrets::Hasher&, const Clock&, const Fence&, FaultReport&);

    // Returns the signed-in person of a session's token, and keeps the session from idling out. The tenant must outlive
    // the Actor.
    //
    // A session is cached until its last-seen time is due to be written again, and used only while the fence holds. If
    // the last-seen time cannot be written, the failure is reported and the result stays the same. The write is tried
    // again a minute later. The session idles out by the last time that was written.
    //   kUnauthorized  unknown, ended or expired session, or a user who is not approved
    Result<Actor> bySession(const Tenant&, const secrets::SessionToken&, const RequestOrigin&);

    // Returns the API client of a key, and records the use. The tenant must outlive the ApiClient.
    //   kKeyInvalid  malformed, unknown or revoked key, or a user who is not approved
    Result<ApiClient> byApiKey(const Tenant&, std::string_view presented, const ClientInfo&);

    // Returns the bearer's key and user, as they are in the database or were up to 20 s ago: the last use may be that
    // old. Cached entries are used only while the fence holds.
    //   kKeyInvalid  the key was revoked since, or its user is not approved any more
    Result<KeyOwner> describe(const ApiClient&) const;

private:
    struct TenantKey {
        TenantId tenant;
        ApiKeyId key;
        bool operator==(const TenantKey&) const = default;
    };
    struct HashOfTenantKey {
        std::size_t operator()(const TenantKey& pair) const { return HashOfId()(pair.tenant) ^ HashOfId()(pair.key); }
    };
    std::optional<ActiveSession> find(const Tenant&, const secrets::SessionHash&, Timestamp now);
    std::optional<ActiveSession> look(const Tenant&, const secrets::SessionHash&, Timestamp now);
    void touch(const Tenant&, const secrets::SessionHash&, Timestamp now);

    TenantStores& stores_;
    KeyVerifier& verifier_;
    const secrets::Hasher& hasher_;
    const Clock& clock_;
    const Fence& fence_;
    FaultReport& faults_;  // for writes of last-seen times
    RetryPauses<TenantId, HashOfId> unwritable_;
    FencedCache<secrets::SessionHash, ActiveSession, HashOfDigest> cache_;
    // Pointers, so that an unused place of the cache is small. Both are thread-safe by themselves.
    mutable FencedCache<TenantKey, std::shared_ptr<const KeyOwner>, HashOfTenantKey> cachedOwners_;
    mutable BatchedLookup<ApiKeyId, std::optional<KeyOwner>> owners_;
};

}  // namespace claviger::domain

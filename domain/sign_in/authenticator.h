#pragma once

#include <string_view>

#include "domain/base/fault_report.h"
#include "domain/base/retry_pauses.h"
#include "domain/fence/fenced_cache.h"
#include "domain/keys/key_lists.h"
#include "domain/keys/key_verifier.h"
#include "domain/model/actor.h"
#include "domain/ports/tenant/tenant_stores.h"
#include "domain/secrets/hasher.h"

namespace claviger::domain {

// Identifies the caller of a request. Every method throws StorageUnavailable. Thread-safe.
class Authenticator {
public:
    // References must outlive this.
    Authenticator(TenantStores&, KeyVerifier&, KeyLists&, const secrets::Hasher&, const Clock&, const Fence&,
                  FaultReport&);

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

    // Returns the bearer's key and user. The last use may be up to 20 s old.
    //   kKeyInvalid  the key was revoked since, or its user is not approved any more
    Result<KeyOwner> describe(const ApiClient&) const;

private:
    std::optional<ActiveSession> find(const Tenant&, const secrets::SessionHash&, Timestamp now);
    std::optional<ActiveSession> look(const Tenant&, const secrets::SessionHash&, Timestamp now);
    void touch(const Tenant&, const secrets::SessionHash&, Timestamp now);

    TenantStores& stores_;
    KeyVerifier& verifier_;
    KeyLists& lists_;
    const secrets::Hasher& hasher_;
    const Clock& clock_;
    const Fence& fence_;
    FaultReport& faults_;  // for writes of last-seen times
    RetryPauses<TenantId, HashOfId> unwritable_;
    FencedCache<secrets::SessionHash, ActiveSession, HashOfDigest> cache_;
};

}  // namespace claviger::domain

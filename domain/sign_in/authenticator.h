#pragma once

#include <string_view>

#include "domain/base/fault_report.h"
#include "domain/base/retry_pauses.h"
#include "domain/keys/key_verifier.h"
#include "domain/secrets/hasher.h"
#include "domain/sign_in/actor.h"
#include "domain/stores/gathering.h"
#include "domain/stores/tenant_stores.h"

namespace claviger::domain {

// Decides who is calling. Thread-safe.
class Authenticator {
public:
    // References must outlive this.
    Authenticator(TenantStores&, KeyVerifier&, const secrets::Hasher&, const Clock&, const Fence&, FaultReport&);

    // The signed-in person behind a session's token; keeps the session from idling out. A session is remembered until
    // its last sight is to be written again, for as long as the fence holds. A last sight that cannot be written is
    // reported, changes nothing of the result, and is tried again a minute later; the session idles out by the last
    // one that was written.
    //   kUnauthorized  unknown, ended or expired session, or a user who is not approved
    Result<Actor> bySession(const Tenant&, const secrets::SessionToken&, const RequestOrigin&);

    // The program behind an API key.
    //   kKeyInvalid  malformed, unknown or dead key, or a user who is not approved
    Result<KeyBearer> byApiKey(const Tenant&, std::string_view presented, const Caller&);

    // The bearer's key and user, as they are now.
    //   kKeyInvalid  the key has died since
    Result<KeyOwner> describe(const KeyBearer&) const;

private:
    std::optional<LiveSession> find(const Tenant&, const secrets::SessionHash&, Timestamp now);
    std::optional<LiveSession> look(const Tenant&, const secrets::SessionHash&, Timestamp now);
    void touch(const Tenant&, const secrets::SessionHash&, Timestamp now);

    TenantStores& stores_;
    KeyVerifier& verifier_;
    const secrets::Hasher& hasher_;
    const Clock& clock_;
    const Fence& fence_;
    FaultReport& faults_;  // of writing last sights
    RetryPauses<TenantId, HashOfId> unwritable_;
    FencedCache<secrets::SessionHash, LiveSession, HashOfDigest> known_;
    mutable Gathering<ApiKeyId, std::optional<KeyOwner>> owners_;  // thread-safe by itself
};

}  // namespace claviger::domain

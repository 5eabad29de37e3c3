#pragma once

#include "domain/keys/change_limit.h"
#include "domain/model/api_key.h"
#include "domain/ports/tenant/tenant_stores.h"
#include "domain/secrets/hasher.h"

namespace claviger::domain {

// The owner of the keys, the origin of the request, and who sends it. Holds references, which must outlive it.
struct KeyHolder {
    const Tenant& tenant;
    const UserId& user;
    const RequestOrigin& origin;
    KeyParty by = KeyParty::kOwner;
};

// Whether `by` is the owner of a key that an operator has disabled. The owner may neither enable nor regenerate it.
bool isLocked(const LockedKey::Active&, KeyParty by);

// The key issuer: creates and regenerates keys. It checks no permission of the caller: ApiKeyService and
// OperatorKeyService do that first. The full key exists only in the returned value. Thread-safe: holds no mutable
// state.
class KeyIssuer {
public:
    // References must outlive this.
    KeyIssuer(TenantStores&, const secrets::Hasher&, const Clock&, const ChangeLimit&);

    using Once = std::optional<secrets::OnceHash>;

    // Creates a key and its audit record, in one transaction. Does not wait for the other hosts: do not acknowledge the
    // change before `effectiveAt`.
    //   kExpiryInvalid    the expiry is too near or too far (KeyExpiry)
    //   kUnauthorized     the user is not approved
    //   kAlreadyShown     the form with this one-time value has made a key before
    //   kKeyLimitReached  the user has kActiveKeyLimit active keys
    //   kTooManyChanges   the user's budget of changes is used up; retryAfter says for how long
    //   kNameTaken        an active key of the user has the name
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> create(const KeyHolder&, const NewApiKey&, const Once& = std::nullopt);

    // Revokes the key and issues a new one under its name, with the audit record, in one transaction. The new key has
    // the lifetime of the old one, counted from now, and is enabled. Does not wait for the other hosts either.
    //   kUnauthorized, kAlreadyShown  as above
    //   kKeyNotFound                  the user has no active key with this id
    //   kKeyLocked                    an operator has disabled it, and its owner wants to regenerate it
    //   kTooManyChanges               as above
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> regenerate(const KeyHolder&, const ApiKeyId&, const Once& = std::nullopt);

private:
    KeySecret secretOf(const KeyHolder&, const secrets::PlainKey&, const Once&) const;

    TenantStores& stores_;
    const secrets::Hasher& hasher_;
    const Clock& clock_;
    const ChangeLimit limit_;
};

}  // namespace claviger::domain

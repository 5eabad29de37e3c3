#pragma once

#include "domain/keys/change_limit.h"
#include "domain/model/api_key.h"
#include "domain/ports/tenant/tenant_stores.h"
#include "domain/secrets/hasher.h"

namespace claviger::domain {

// The owner of the keys, and the origin of the request: that of the owner or of an operator. Holds references, which
// must outlive it.
struct KeyHolder {
    const Tenant& tenant;
    const UserId& user;
    const RequestOrigin& origin;
};

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
    //   kUnauthorized     the user is not approved
    //   kAlreadyShown     the form with this one-time value has made a key before
    //   kKeyLimitReached  the user has kActiveKeyLimit active keys
    //   kTooManyChanges   the user's budget of changes is used up; retryAfter says for how long
    //   kNameTaken        an active key of the user has the name
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> create(const KeyHolder&, const NewApiKey&, const Once& = std::nullopt);

    // Revokes the key and issues a new one under its name, with the audit record, in one transaction. Does not wait for
    // the other hosts either.
    //   kUnauthorized, kAlreadyShown  as above
    //   kKeyNotFound                  the user has no active key with this id
    //   kTooManyChanges               as above
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> regenerate(const KeyHolder&, const ApiKeyId&, const Once& = std::nullopt);

private:
    Result<void> charge(TenantStore&, const KeyHolder&, std::optional<Timestamp> wholeAt, Timestamp now) const;
    KeySecret secretOf(const KeyHolder&, const secrets::PlainKey&, const Once&) const;

    TenantStores& stores_;
    const secrets::Hasher& hasher_;
    const Clock& clock_;
    const ChangeLimit limit_;
};

}  // namespace claviger::domain

#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "domain/keys/key_issuer.h"
#include "domain/keys/key_lists.h"
#include "domain/keys/key_switch.h"
#include "domain/model/actor.h"
#include "domain/model/api_key.h"
#include "domain/secrets/hasher.h"

namespace claviger::domain {

// Creates, lists, regenerates, disables and enables the API keys of the acting user. Every method throws
// StorageUnavailable. Thread-safe.
class ApiKeyService {
public:
    // The limit applies to each user's creates, regenerates and enables. References must outlive this.
    ApiKeyService(TenantStores&, KeyLists&, const secrets::Hasher&, const Clock&, const ChangeLimit&);

    // Returns the actor's active keys, newest first. Last uses may be up to 20 s old.
    std::vector<ApiKey> list(const Actor&) const;

    // Returns one active key of the actor.
    //   kKeyNotFound  unknown, revoked, another user's or another tenant's key: the same result for all four
    Result<ApiKey> find(const Actor&, const ApiKeyId&) const;

    // A form's one-time value. With it create and regenerate work once, and then return kAlreadyShown.
    using Once = std::optional<std::string_view>;

    // Returns the active key that was made with this one-time value. nullopt if there never was one, or if it was
    // revoked since.
    std::optional<ApiKey> findByOnce(const Actor&, std::string_view once) const;

    // Creates a key and its audit record in one transaction. The full key exists only in the returned value. Storage
    // keeps its hash, and no later call can return it again. Each list that is requested after `effectiveAt` has the
    // key, on any worker of any host. Send no response before `effectiveAt`.
    //
    //   kNameTaken        an active key of this user has the name
    //   kKeyLimitReached  the user has kActiveKeyLimit active keys
    //   kExpiryInvalid    the expiry is too near or too far (KeyExpiry)
    //   kTooManyChanges   the user's budget of changes is used up; retryAfter says for how long
    //   kAlreadyShown     the form with this one-time value has made a key before
    //   kUnauthorized     the user was suspended after signing in
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> create(const Actor&, const NewApiKey&, Once = std::nullopt);

    // Revokes the key and issues a new one under its name, with the audit record, in one transaction. The new key has
    // the lifetime of the old one, counted from now, and is enabled. No verify that starts after `effectiveAt` accepts
    // the old value, and no list shows it, on any worker of any host. Send no response before `effectiveAt`.
    //
    //   kKeyNotFound     unknown, revoked, another user's or another tenant's key: the same result for all four
    //   kKeyLocked       an operator has disabled the key
    //   kAlreadyShown    the form with this one-time value has made a key before
    //   kUnauthorized    the user was suspended after signing in
    //   kTooManyChanges  as for create
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> regenerate(const Actor&, const ApiKeyId&, Once = std::nullopt);

    // Disables the key, with its audit record, in one transaction. No verify that starts after `effectiveAt` accepts
    // it, and each list shows it as disabled, on any worker of any host. Send no response before `effectiveAt`. A key
    // that is disabled already is ok; it gets no second audit record.
    //
    //   kKeyNotFound, kUnauthorized  as for regenerate
    //   kTooManyChanges              the key is disabled already, and the user's budget of changes is used up
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<SwitchedKey> disable(const Actor&, const ApiKeyId&);

    // Enables the key, likewise.
    //
    //   kKeyLocked                                    an operator has disabled the key
    //   kKeyNotFound, kUnauthorized, kTooManyChanges  as for regenerate
    Result<SwitchedKey> enable(const Actor&, const ApiKeyId&);

    using Switching = Result<SwitchedKey> (ApiKeyService::*)(const Actor&, const ApiKeyId&);  // one of these two

private:
    std::optional<secrets::OnceHash> hashOnce(const Actor&, Once) const;

    TenantStores& stores_;
    KeyLists& lists_;
    const secrets::Hasher& hasher_;
    KeyIssuer issuer_;
    KeySwitch switch_;
};

}  // namespace claviger::domain

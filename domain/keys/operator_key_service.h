#pragma once

#include <optional>
#include <vector>

#include "domain/keys/key_switch.h"
#include "domain/model/email.h"

namespace claviger::domain {

struct RevokedKey {
    ApiKey key;
    bool changed;  // false: it was revoked before
};

// The keys of a tenant's users, for operators. Operators can do what users do with their own keys, and can also revoke
// a key, which users cannot. Every method throws StorageUnavailable. Thread-safe: holds no mutable state.
class OperatorKeyService {
public:
    // The references must outlive this. `origin` identifies the operator in the audit.
    OperatorKeyService(TenantStores&, const secrets::Hasher&, const Clock&, RequestOrigin origin);

    // Returns the active keys of one user, or of all (nullopt): by e-mail, then newest first. Those of pending and
    // suspended users are included.
    //   kUserNotFound
    Result<std::vector<KeyOwner>> list(const Tenant&, const std::optional<Email>&) const;

    // Returns one active key of a user.
    //   kUserNotFound
    //   kKeyNotFound   no active key of the user has the name
    Result<ApiKey> find(const Tenant&, const Email&, const KeyName&) const;

    // Creates a key for the user, with its audit record, in one transaction. The full key exists only in the
    // returned value. Blocks until every host lists it.
    //   kUserNotFound
    //   kUserNotApproved  a pending or suspended user
    //   kExpiryInvalid    the expiry is too near or too far (KeyExpiry)
    //   kNameTaken        an active key of the user has the name
    //   kKeyLimitReached  the user has kActiveKeyLimit active keys
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> create(const Tenant&, const Email&, const NewApiKey&);

    // Revokes the key and issues a new one under its name, with its audit record, in one transaction. The new key has
    // the lifetime of the old one, counted from now, and is enabled. Blocks until every host refuses the old value.
    //   kKeyNotFound      unknown or revoked
    //   kUserNotApproved  the key of a pending or suspended user
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> regenerate(const Tenant&, const ApiKeyId&);

    // Soft-deletes the key, with its audit record, in one transaction. The status of its user does not matter. A key
    // that is revoked already is ok; it gets no second audit record. Blocks until every host refuses the key. Its name
    // is free then.
    //   kKeyNotFound  no key ever had this id
    // Throws StorageUnavailable, OutcomeUnknown.
    Result<RevokedKey> revoke(const Tenant&, const ApiKeyId&);

    // Disables the key, with its audit record, in one transaction. The status of its user does not matter. Its owner
    // can then neither enable nor regenerate it. A key that an operator has disabled already is ok; it gets no second
    // audit record. Blocks until every host refuses the key.
    //   kKeyNotFound  unknown or revoked
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<SwitchedKey> disable(const Tenant&, const ApiKeyId&);

    // Enables the key, whoever has disabled it, likewise.
    Result<SwitchedKey> enable(const Tenant&, const ApiKeyId&);

private:
    using Switching = Result<SwitchedKey> (KeySwitch::*)(const KeyHolder&, const ApiKeyId&);
    Result<SwitchedKey> change(const Tenant&, const ApiKeyId&, Switching);
    KeyHolder holderOf(const Tenant&, const UserId&) const;
    Result<User> userOf(const Tenant&, const Email&) const;

    TenantStores& stores_;
    const Clock& clock_;
    RequestOrigin origin_;
    KeyIssuer issuer_;
    KeySwitch switch_;
};

}  // namespace claviger::domain

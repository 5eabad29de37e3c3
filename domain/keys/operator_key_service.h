#pragma once

#include <optional>
#include <vector>

#include "domain/keys/key_maker.h"
#include "domain/users/email.h"

namespace claviger::domain {

struct RevokedKey {
    ApiKey key;
    bool changed;  // false: it was dead before
};

// The keys of a tenant's users, for operators: what users do to their own keys, and the end of a key, which users
// cannot bring about. Thread-safe: holds no mutable state.
class OperatorKeyService {
public:
    // The references must outlive this. `origin` is what the audit says of the operator.
    OperatorKeyService(TenantStores&, const secrets::Hasher&, const Clock&, RequestOrigin origin);

    // The living keys of one user, or of all: by e-mail, then newest first. Those of a suspended user are listed too.
    //   kUserNotFound
    Result<std::vector<KeyOwner>> list(const Tenant&, const std::optional<Email>&) const;

    // One living key of a user.
    //   kUserNotFound
    //   kKeyNotFound   no living key of the user has the name
    Result<ApiKey> find(const Tenant&, const Email&, const KeyName&) const;

    // Creates a key for the user, with its audit record, in one transaction. The full key exists only in the
    // returned value.
    //   kUserNotFound
    //   kUserNotApproved  a pending or suspended user
    //   kNameTaken        a living key of the user has the name
    //   kKeyLimitReached  the user has 500 living keys
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> create(const Tenant&, const Email&, const KeyName&);

    // Ends the key and issues a new value under its name. Once this has returned, the old value is refused everywhere.
    //   kKeyNotFound      unknown or dead
    //   kUserNotApproved  the key of a pending or suspended user
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> regenerate(const Tenant&, const ApiKeyId&);

    // Soft-deletes the key, whatever its user's status, with its audit record; already dead is ok. Once this has
    // returned, its value is refused everywhere, and its name is free.
    //   kKeyNotFound  no key ever had this id
    // Throws StorageUnavailable, OutcomeUnknown.
    Result<RevokedKey> revoke(const Tenant&, const ApiKeyId&);

private:
    Result<User> userOf(const Tenant&, const Email&) const;

    TenantStores& stores_;
    const Clock& clock_;
    RequestOrigin origin_;
    KeyMaker maker_;
};

}  // namespace claviger::domain

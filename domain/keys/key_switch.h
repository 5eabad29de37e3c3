#pragma once

#include "domain/keys/key_issuer.h"

namespace claviger::domain {

// Disables and enables keys. It checks no permission of the caller: ApiKeyService and OperatorKeyService do that first.
// A key that is so already is ok, and gets no second audit record; its cached entries are invalidated again, since the
// process that switched it may have died before every host acted on it. Thread-safe: holds no mutable state.
class KeySwitch {
public:
    // Limited are enabling, and disabling a disabled key. So a key can be disabled at any time. References must outlive
    // this.
    KeySwitch(TenantStores&, const Clock&, const ChangeLimit&);

    // Disables the key, with its audit record, in one transaction. Does not wait for the other hosts: do not
    // acknowledge the change before `effectiveAt`. An operator takes a key over that its owner has disabled.
    //   kUnauthorized    the owner is not approved; an operator may disable the keys of any user
    //   kKeyNotFound     the user has no active key with this id
    //   kTooManyChanges  the key is disabled already, and the user's budget of changes is used up
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<SwitchedKey> disable(const KeyHolder&, const ApiKeyId&);

    // Enables the key, likewise.
    //   kUnauthorized, kKeyNotFound  as above
    //   kKeyLocked                   an operator has disabled it, and its owner wants to enable it
    //   kTooManyChanges              the user's budget of changes is used up; retryAfter says for how long
    Result<SwitchedKey> enable(const KeyHolder&, const ApiKeyId&);

private:
    // Returns the next state of a locked key.
    using Decide = std::function<Result<std::optional<KeyDisabling>>(TenantStore&, const LockedKey&)>;
    Result<void> charge(const KeyHolder&, TenantStore&, const LockedKey&, Timestamp now) const;
    Result<SwitchedKey> change(const KeyHolder&, const ApiKeyId&, Timestamp now, AuditAction, const Decide&);

    TenantStores& stores_;
    const Clock& clock_;
    const ChangeLimit limit_;
};

}  // namespace claviger::domain

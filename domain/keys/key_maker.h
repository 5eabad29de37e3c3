#pragma once

#include "domain/keys/api_key.h"
#include "domain/keys/change_limit.h"
#include "domain/secrets/hasher.h"
#include "domain/stores/tenant_stores.h"

namespace claviger::domain {

// Whose keys they are, and who asks: the owner, or an operator. Holds references.
struct KeyHolder {
    const Tenant& tenant;
    const UserId& user;
    const RequestOrigin& origin;
};

// Makes and replaces keys for whoever the two services (ApiKeyService, OperatorKeyService) have let through. The
// full key exists only in the returned value. Thread-safe: holds no mutable state.
class KeyMaker {
public:
    static constexpr std::size_t kLiveKeyLimit = 500;  // per user

    // References must outlive this.
    KeyMaker(TenantStores&, const secrets::Hasher&, const Clock&, const ChangeLimit&);

    using Once = std::optional<secrets::OnceHash>;

    // A key and its audit record, in one transaction.
    //   kUnauthorized     the user is not approved
    //   kAlreadyShown     the form with this one-time value has made a key before
    //   kKeyLimitReached  the user has 500 live keys
    //   kTooManyChanges   the user's budget of changes is used up; retryAfter says for how long
    //   kNameTaken        a live key of the user has the name
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> create(const KeyHolder&, const KeyName&, const Once& = std::nullopt);

    // Ends the key and issues a new value under its name, with the audit record, in one transaction. Nobody is to be
    // told before `settledAt`.
    //   kUnauthorized, kAlreadyShown  as above
    //   kKeyNotFound                  no living key of the user
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

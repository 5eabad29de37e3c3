#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "domain/keys/api_key.h"
#include "domain/keys/key_maker.h"
#include "domain/secrets/hasher.h"
#include "domain/sign_in/actor.h"
#include "domain/stores/gathering.h"

namespace claviger::domain {

// Creates, lists and regenerates the API keys of the acting user. Thread-safe.
class ApiKeyService {
public:
    static constexpr std::size_t kLiveKeyLimit = KeyMaker::kLiveKeyLimit;  // per user

    // The limit is on what each user changes. References must outlive this.
    ApiKeyService(TenantStores&, const secrets::Hasher&, const Clock&, const ChangeLimit&);

    // The live keys of the actor, newest first.
    std::vector<ApiKey> list(const Actor&) const;

    // One live key of the actor.
    //   kKeyNotFound  unknown, dead, another user's or another tenant's key: one and the same answer
    Result<ApiKey> find(const Actor&, const ApiKeyId&) const;

    // A form's one-time value: with it, create and regenerate work once and then answer kAlreadyShown.
    using Once = std::optional<std::string_view>;

    // The key that was made with this one-time value; nothing if it has died since, or none was.
    std::optional<ApiKey> findByOnce(const Actor&, std::string_view once) const;

    // Creates a key and its audit record in one transaction. The full key exists only in the returned value:
    // storage keeps its hash, and no later call can return it again.
    //
    //   kNameTaken        a live key of this user has the name
    //   kKeyLimitReached  the user has 500 live keys
    //   kTooManyChanges   the user's budget of creates and regenerates is used up; retryAfter says for how long
    //   kAlreadyShown     the form with this one-time value has made a key before
    //   kUnauthorized     the user was suspended meanwhile
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> create(const Actor&, const KeyName&, Once = std::nullopt);

    // Ends the key and issues a new value under its name, with the audit record, in one transaction. No verify
    // that starts after `settledAt` accepts the old value, on any worker of any host: answer nobody before.
    //
    //   kKeyNotFound   unknown, dead, another user's or another tenant's key: one and the same answer
    //   kAlreadyShown  the form with this one-time value has made a key before
    //   kUnauthorized  the user was suspended meanwhile
    //   kTooManyChanges  as for create
    // After a refusal nothing has changed. Throws StorageUnavailable, OutcomeUnknown.
    Result<IssuedApiKey> regenerate(const Actor&, const ApiKeyId&, Once = std::nullopt);

private:
    std::optional<secrets::OnceHash> hashOnce(const Actor&, Once) const;

    TenantStores& stores_;
    const secrets::Hasher& hasher_;
    KeyMaker maker_;
    mutable Gathering<UserId, std::vector<ApiKey>> lists_;  // thread-safe by itself
};

}  // namespace claviger::domain

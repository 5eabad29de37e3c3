#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/id.h"
#include "domain/fence/effective_at.h"
#include "domain/model/client_info.h"
#include "domain/model/key_expiry.h"
#include "domain/model/key_name.h"
#include "domain/model/key_policy.h"
#include "domain/model/user.h"
#include "domain/secrets/digest.h"
#include "domain/secrets/plain_key.h"

namespace claviger::domain {

inline constexpr std::size_t kActiveKeyLimit = 500;  // active keys of one user

// The properties of a new key that its user or an operator chooses.
struct NewApiKey {
    KeyName name;
    KeyExpiry expiry{};
};

// A named credential of one user, without its secret. The full key was shown once, when it was issued.
struct ApiKey {
    ApiKeyId id;
    UserId user;
    KeyName name;
    LineageId lineage;      // the same for a key and all keys that regenerate made of it
    int generation;         // 1, 2, 3 … within the lineage
    std::string keyPrefix;  // the first 12 characters of the full key
    Timestamp createdAt;
    std::optional<Timestamp> lastUsedAt;
    ClientInfo lastCaller{};                 // the client of that use
    std::int64_t uses = 0;                   // recorded uses; the newest ones are missing for some seconds
    std::optional<Timestamp> expiresAt{};    // nullopt: never
    std::optional<KeyDisabling> disabled{};  // nullopt: enabled

    std::string maskedKey() const { return keyPrefix + "****"; }
    KeyPolicy policy() const {
        return KeyPolicy(expiresAt, disabled ? KeyPolicy::Switch::kDisabled : KeyPolicy::Switch::kEnabled);
    }
};

// The secret columns that are stored with a new key.
struct KeySecret {
    secrets::KeyHash hash;
    int pepperVersion;
    std::optional<secrets::OnceHash> once;  // the hash of the form's one-time value, so that the form works once
};

// A newly issued key. This is the only value that ever holds the full key.
struct IssuedApiKey {
    ApiKey key;
    secrets::PlainKey fullKey;
    EffectiveAt effectiveAt;  // from then on every host lists the key, and refuses the value that it replaces
};

// A key that was switched off or on.
struct SwitchedKey {
    ApiKey key;
    bool changed;             // false: it was so before
    EffectiveAt effectiveAt;  // from then on every host acts on it, and lists show it
};

// An active key, as verify finds it and caches it. It may be expired or disabled: admit() decides.
struct ActiveKey {
    ApiKeyId id;
    UserId user;
    KeyPolicy policy{};
};

// A revoked key, as verify finds it and caches it. It never verifies again.
struct DeadKey {
    ApiKeyId id;
    UserId user;
};

// The hashes under which a presented key may be stored: with this pepper, and with the other one while two are in use.
struct KeyHashes {
    secrets::KeyHash hash;
    std::optional<secrets::KeyHash> other{};
};

struct FoundKey {
    ActiveKey key;
    int pepperVersion;  // of the hash that the key is stored under
};

// The key with one of two hashes. Neither: there is none, or it is active and its user is not approved.
struct KeyByHash {
    std::optional<FoundKey> active;
    std::optional<DeadKey> dead;
};

// A key as the table holds it. Revoked keys stay there, with deletedAt; nullopt: the key is active.
struct StoredKey {
    ApiKey key;
    std::optional<Timestamp> deletedAt;
};

// An active key and its user. The user is approved, except in the lists for operators.
struct KeyOwner {
    ApiKey key;
    User user;
};

// A user of any status, with the user's active keys, newest first.
struct OwnedKeys {
    User user;
    std::vector<ApiKey> keys;
};

}  // namespace claviger::domain

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/base/id.h"
#include "domain/fence/settling.h"
#include "domain/keys/caller.h"
#include "domain/keys/key_name.h"
#include "domain/secrets/digest.h"
#include "domain/secrets/plain_key.h"
#include "domain/users/user.h"

namespace claviger::domain {

// A named credential of one user, as it is known after its one showing.
struct ApiKey {
    ApiKeyId id;
    UserId user;
    KeyName name;
    LineageId lineage;      // shared by all values that the name has had in this history
    int generation;         // 1, 2, 3 … within the lineage
    std::string keyPrefix;  // the first 12 characters of the full key
    Timestamp createdAt;
    std::optional<Timestamp> lastUsedAt;
    Caller lastCaller{};    // who used it then
    std::int64_t uses = 0;  // those that have been written down: the newest are some seconds late

    std::string maskedKey() const { return keyPrefix + "****"; }
};

// What is stored beside the key when it is made.
struct KeySecret {
    secrets::KeyHash hash;
    int pepperVersion;
    std::optional<secrets::OnceHash> once;  // of the form that asked for it, so that the form works once
};

// A key at the moment of its making: the only value that ever holds the full key.
struct IssuedApiKey {
    ApiKey key;
    secrets::PlainKey fullKey;
    SettledAt settledAt = kSettled;  // regenerated: from when on the old value is dead on every host
};

// What verify says of a living key: which it is, and whose.
struct LivingKey {
    ApiKeyId id;
    UserId user;
};

// Where a presented key may lie: under the hash of the one pepper, or of the other while two live.
struct KeyHashes {
    secrets::KeyHash hash;
    std::optional<secrets::KeyHash> other{};
};

struct FoundKey {
    LivingKey key;
    int pepperVersion;  // of the hash that it was found by
};

// A key as it lies in the table, where the dead ones stay.
struct StoredKey {
    ApiKey key;
    std::optional<Timestamp> deletedAt;
};

// A living key and the approved user it belongs to.
struct KeyOwner {
    ApiKey key;
    User user;
};

}  // namespace claviger::domain

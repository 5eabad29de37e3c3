#pragma once

#include <optional>
#include <vector>

#include "domain/model/api_key.h"

namespace claviger::domain {

// A key that the index has, with its tenant.
struct IndexedKey {
    TenantId tenant;
    FoundKey found;
};

// The index of the active keys of all tenants, by hash: one query finds keys of many tenants. A key gets into it when
// its use is recorded (ApiKeys::recordUses). A key may be missing in it, also an active one. The tenant's own table
// decides then. Thread-safe.
class KeyIndex {
public:
    virtual ~KeyIndex() = default;

    // Returns one result for each of the pairs, in their order: the active key of an approved user with one of these
    // hashes. It is not disabled, and may be expired. nullopt if the index does not have it. No result is older than
    // the call. Needs at least one pair. Throws StorageUnavailable.
    virtual std::vector<std::optional<IndexedKey>> find(const std::vector<KeyHashes>&) const = 0;
};

}  // namespace claviger::domain

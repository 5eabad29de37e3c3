#pragma once

#include "domain/ports/control/key_index.h"
#include "persistence/connection/connections.h"

namespace claviger::persistence {

// The index of keys, in claviger.key_index. Each call of find() runs one query. Thread-safe.
class MySqlKeyIndex final : public domain::KeyIndex {
public:
    explicit MySqlKeyIndex(Connections& connections) : connections_(connections) {}  // must outlive this

    std::vector<std::optional<domain::IndexedKey>> find(const std::vector<domain::KeyHashes>&) const override;

private:
    Connections& connections_;
};

// Removes the rows of a tenant, a thousand at a time. The tenant must be closed for all hosts. Throws what Connection
// throws.
void removeFromKeyIndex(Connection&, const domain::TenantId&);

}  // namespace claviger::persistence

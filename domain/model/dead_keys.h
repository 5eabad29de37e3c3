#pragma once

#include <optional>
#include <string>
#include <unordered_set>

#include "domain/base/id.h"

namespace claviger::domain {

// Dead keys in memory, of any tenants. Dry runs use it, since they record nothing. Hashes and ids are raw bytes.
// For one thread at a time.
class DeadKeys {
public:
    // Keys that died before ids were kept have no id.
    void add(const std::string& tenant, const std::string& hash, const std::optional<std::string>& id);

    // Whether that hash or that id of the tenant has been added. A key that has moved to another pepper since has
    // another hash and the same id.
    bool has(const TenantId&, const std::string& hash, const std::string& id) const;

private:
    std::unordered_set<std::string> entries_;  // the tenant's id with a hash or an id; the lengths differ
};

}  // namespace claviger::domain

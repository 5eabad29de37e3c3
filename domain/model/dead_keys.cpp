#include "domain/model/dead_keys.h"

namespace claviger::domain {

void DeadKeys::add(const std::string& tenant, const std::string& hash, const std::optional<std::string>& id) {
    entries_.insert(tenant + hash);
    if (id) entries_.insert(tenant + *id);
}

bool DeadKeys::has(const TenantId& tenant, const std::string& hash, const std::string& id) const {
    const auto own = tenant.bytes();
    return entries_.contains(own + hash) || entries_.contains(own + id);
}

}  // namespace claviger::domain

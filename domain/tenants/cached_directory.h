#pragma once

#include "domain/fence/fenced_cache.h"
#include "domain/ports/control/tenant_directory.h"

namespace claviger::domain {

// A directory that caches the tenants that it has found. A cached tenant is used only while the fence holds. Unknown
// hosts are not cached: so a new tenant is found at once, and guessed host names evict no tenant. Thread-safe.
class CachedDirectory final : public TenantDirectory {
public:
    CachedDirectory(const TenantDirectory&, const Fence&);  // must outlive this

    SharedTenant findByHost(const HostName&) const override;

private:
    const TenantDirectory& directory_;
    const Fence& fence_;
    mutable FencedCache<std::string, SharedTenant> cache_;
};

}  // namespace claviger::domain

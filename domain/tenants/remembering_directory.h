#pragma once

#include "domain/fence/fenced_cache.h"
#include "domain/tenants/tenant_directory.h"

namespace claviger::domain {

// A directory that remembers the tenants it has found for as long as the fence holds. Unknown hosts are not
// remembered: a new tenant is there at once, and who tries host names pushes nobody out.
class RememberingDirectory final : public TenantDirectory {
public:
    RememberingDirectory(const TenantDirectory&, const Fence&);  // must outlive this

    SharedTenant findByHost(const HostName&) const override;

private:
    const TenantDirectory& directory_;
    const Fence& fence_;
    mutable FencedCache<std::string, SharedTenant> known_;
};

}  // namespace claviger::domain

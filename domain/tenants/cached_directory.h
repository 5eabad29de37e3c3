#pragma once

#include <atomic>
#include <chrono>

#include "domain/fence/fenced_cache.h"
#include "domain/ports/control/tenant_directory.h"

namespace claviger::domain {

// A directory that caches the tenants that it has found. A cached tenant is used only while the fence holds. Unknown
// hosts are not cached: so a new tenant is found at once, and guessed host names evict no tenant. Thread-safe.
//
// While the lease holds, a host that is not cached is looked up with all others in one query, if that was not done
// within the last ten seconds and there are not more than kMostCached. So a process that has just started, or a cache
// that holds nothing any more, costs one query and not one for each tenant.
class CachedDirectory final : public TenantDirectory {
public:
    static constexpr std::size_t kMostCached = 16'384;  // hosts

    CachedDirectory(const TenantDirectory&, const Fence&);  // must outlive this

    SharedTenant findByHost(const HostName&) const override;
    bool isOpen(const TenantId&) const override;                      // from the database
    std::vector<HostedTenant> list(std::size_t most) const override;  // from the database

private:
    SharedTenant look(const HostName&) const;
    bool isTurnToCacheAll() const;
    void cacheAll() const;

    const TenantDirectory& directory_;
    const Fence& fence_;
    mutable FencedCache<std::string, SharedTenant> cache_;
    mutable std::atomic<std::chrono::steady_clock::time_point> nextCachingOfAll_{};
};

}  // namespace claviger::domain

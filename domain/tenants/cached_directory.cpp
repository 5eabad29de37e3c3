#include "domain/tenants/cached_directory.h"

#include "domain/base/error.h"

namespace claviger::domain {
namespace {

constexpr std::chrono::seconds kCacheAllEvery{10};  // at most so often

CacheStamp stampOf(const Tenant& tenant, const ShardCounters& before) {
    return {before, {shardOf(tenant.id)}};
}

}  // namespace

CachedDirectory::CachedDirectory(const TenantDirectory& directory, const Fence& fence)
    : directory_(directory), fence_(fence), cache_(fence, kMostCached) {}

SharedTenant CachedDirectory::findByHost(const HostName& host) const {
    if (auto cached = cache_.find(host.text())) return *std::move(cached);
    if (isTurnToCacheAll()) {
        cacheAll();
        if (auto cached = cache_.find(host.text())) return *std::move(cached);
    }
    return look(host);
}

bool CachedDirectory::isOpen(const TenantId& tenant) const {
    return directory_.isOpen(tenant);
}

std::vector<HostedTenant> CachedDirectory::list(std::size_t most) const {
    return directory_.list(most);
}

SharedTenant CachedDirectory::look(const HostName& host) const {
    ShardCounters before;
    fence_.read(before);
    auto tenant = directory_.findByHost(host);
    if (tenant) cache_.keep(host.text(), tenant, stampOf(*tenant, before));
    return tenant;
}

// Returns true to one of the threads that call it at the same time.
bool CachedDirectory::isTurnToCacheAll() const {
    const auto now = std::chrono::steady_clock::now();
    auto next = nextCachingOfAll_.load();
    return now >= next && nextCachingOfAll_.compare_exchange_strong(next, now + kCacheAllEvery);
}

// Reads nothing while the lease has lapsed, since no entry would hold. Caches none if there are more hosts than places:
// they would evict those in use. Ignores a refusal of the database and
// a row that cannot be read: they concern one tenant, and the lookup of that tenant reports them.
void CachedDirectory::cacheAll() const {
    ShardCounters before;
    fence_.read(before);
    if (!fence_.holds(CacheStamp(before, {}))) return;
    try {
        const auto hosts = directory_.list(kMostCached + 1);
        if (hosts.size() > kMostCached) return;
        for (const auto& [host, tenant] : hosts) cache_.keep(host.text(), tenant, stampOf(*tenant, before));
    } catch (const StorageUnavailable&) {
        throw;
    } catch (const std::exception&) {
    }
}

}  // namespace claviger::domain

#include "domain/tenants/cached_directory.h"

namespace claviger::domain {
namespace {

constexpr std::size_t kCachedHosts = 4096;

}  // namespace

CachedDirectory::CachedDirectory(const TenantDirectory& directory, const Fence& fence)
    : directory_(directory), fence_(fence), cache_(fence, kCachedHosts) {}

SharedTenant CachedDirectory::findByHost(const HostName& host) const {
    if (auto cached = cache_.find(host.text())) return *std::move(cached);
    ShardCounters before;
    fence_.read(before);
    auto tenant = directory_.findByHost(host);
    if (tenant) cache_.keep(host.text(), tenant, {before, {shardOf(tenant->id)}});
    return tenant;
}

}  // namespace claviger::domain

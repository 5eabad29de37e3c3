#include "domain/tenants/cached_directory.h"

namespace claviger::domain {
namespace {

constexpr std::size_t kRememberedHosts = 4096;

}  // namespace

CachedDirectory::CachedDirectory(const TenantDirectory& directory, const Fence& fence)
    : directory_(directory), fence_(fence), known_(fence, kRememberedHosts) {}

SharedTenant CachedDirectory::findByHost(const HostName& host) const {
    if (auto known = known_.find(host.text())) return *std::move(known);
    ShardCounters before;
    fence_.read(before);
    auto tenant = directory_.findByHost(host);
    if (tenant) known_.keep(host.text(), tenant, {before, {shardOf(tenant->id)}});
    return tenant;
}

}  // namespace claviger::domain

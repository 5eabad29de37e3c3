#include "domain/tenants/remembering_directory.h"

namespace claviger::domain {
namespace {

constexpr std::size_t kRememberedHosts = 4096;

}  // namespace

RememberingDirectory::RememberingDirectory(const TenantDirectory& directory, const Fence& fence)
    : directory_(directory), fence_(fence), known_(fence, kRememberedHosts) {}

SharedTenant RememberingDirectory::findByHost(const HostName& host) const {
    if (auto known = known_.find(host.text())) return *std::move(known);
    Generations before;
    fence_.read(before);
    auto tenant = directory_.findByHost(host);
    if (tenant) known_.keep(host.text(), tenant, {before, {slotOf(tenant->id)}});
    return tenant;
}

}  // namespace claviger::domain

#include "tests/support/in_memory_stores.h"

#include <stdexcept>

#include "tests/support/in_memory_tables.h"

namespace claviger::tests {

TenantData InMemoryStores::data(const domain::Tenant& tenant) const {
    const std::lock_guard lock(mutex_);
    return tenants_[tenant.id];
}

void InMemoryStores::be(Reach reach) {
    const std::lock_guard lock(mutex_);
    reach_ = reach;
}

void InMemoryStores::fail(const domain::Tenant& tenant, TenantData::Part part) {
    const std::lock_guard lock(mutex_);
    tenants_[tenant.id].failing = part;
}

void InMemoryStores::be(Writes writes, const domain::Tenant& tenant) {
    const std::lock_guard lock(mutex_);
    readOnly_.erase(tenant.id);
    gone_.erase(tenant.id);
    if (writes == Writes::kReadOnly) readOnly_.insert(tenant.id);
    if (writes == Writes::kGone) gone_.insert(tenant.id);
}

// The work runs on a copy. Without a commit the copy is discarded.
domain::Result<domain::EffectiveAt> InMemoryStores::runTransaction(
    const domain::Tenant& tenant, const std::function<Ending(domain::TenantStore&)>& work) {
    const std::lock_guard lock(mutex_);
    checkReach();
    if (readOnly_.contains(tenant.id)) throw domain::StorageUnavailable("the fake is read-only");
    if (gone_.contains(tenant.id)) throw std::runtime_error("the tables of the fake are gone");
    auto copy = tenants_[tenant.id];
    InMemoryTables tables(copy);
    if (work(tables) == Ending::kRollback) return domain::kEffectiveNow;
    if (tables.refusal()) return *tables.refusal();
    tenants_[tenant.id] = std::move(copy);
    return domain::kEffectiveNow;
}

void InMemoryStores::runRead(const domain::Tenant& tenant,
                             const std::function<void(const domain::TenantStore&)>& work) const {
    const std::lock_guard lock(mutex_);
    checkReach();
    const InMemoryTables tables(tenants_[tenant.id]);
    work(tables);
}

void InMemoryStores::checkReach() const {
    if (reach_ == Reach::kUnreachable) throw domain::StorageUnavailable("the fake is unreachable");
}

domain::SharedTenant InMemoryDirectory::findByHost(const domain::HostName& host) const {
    const auto found = tenants_.find(host);
    return found == tenants_.end() ? nullptr : std::make_shared<domain::Tenant>(found->second);
}

std::vector<domain::HostedTenant> InMemoryDirectory::list(std::size_t most) const {
    std::vector<domain::HostedTenant> hosts;
    for (const auto& [host, tenant] : tenants_)
        if (hosts.size() < most) hosts.push_back({host, std::make_shared<domain::Tenant>(tenant)});
    return hosts;
}

}  // namespace claviger::tests

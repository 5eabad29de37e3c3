#include "domain/sign_in/costs_in_use.h"

namespace claviger::domain {

CostsInUse::CostsInUse(const TenantStores& stores, const Clock& clock) : stores_(stores), clock_(clock) {}

// A clock that was set back makes a reading stale too.
std::vector<secrets::PasswordCost> CostsInUse::of(const Tenant& tenant) {
    const auto now = clock_.now();
    {
        const std::lock_guard lock(mutex_);
        const auto found = readings_.find(tenant.id);
        if (found != readings_.end() && now >= found->second.at && now - found->second.at < kFresh)
            return found->second.costs;
    }
    auto costs = stores_.read(tenant, [](const TenantStore& store) { return store.users().passwordCosts(); });
    const std::lock_guard lock(mutex_);
    readings_.insert_or_assign(tenant.id, Reading{now, costs});
    return costs;
}

}  // namespace claviger::domain

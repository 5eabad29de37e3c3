#include "domain/keys/pepper_service.h"

#include "domain/tenants/failure_of.h"

namespace claviger::domain {

std::size_t PepperStatus::lost() const {
    std::size_t lost = 0;
    for (const auto& [version, keys] : together)
        if (version != current && version != other) lost += keys;
    return lost;
}

bool PepperStatus::otherIsUnused() const {
    return uncounted.empty() && other && *other < current && !together.contains(*other);
}

PepperService::PepperService(const TenantRegistry& registry, const TenantStores& stores, const secrets::Hasher& hasher)
    : registry_(registry), stores_(stores), hasher_(hasher) {}

PepperStatus PepperService::status() const {
    PepperStatus status{hasher_.pepperVersion(), {}, {}, {}};
    if (hasher_.other() != nullptr) status.other = hasher_.other()->pepperVersion();
    for (auto& tenant : registry_.list()) {
        if (tenant.schemaVersion == 0) continue;
        KeysByPepper keys;
        auto why = failureOf([&] {
            keys = stores_.read(tenant, [](const TenantStore& store) { return store.apiKeys().countLiveByPepper(); });
        });
        if (!why.empty()) {
            status.uncounted.push_back({std::move(tenant), std::move(why)});
            continue;
        }
        for (const auto& [version, count] : keys) status.together[version] += count;
        status.tenants.push_back({std::move(tenant), std::move(keys)});
    }
    return status;
}

}  // namespace claviger::domain

#include "domain/sign_in/passwords_in_use.h"

namespace claviger::domain {

PasswordsInUse::PasswordsInUse(const TenantStores& stores, const Clock& clock) : stores_(stores), clock_(clock) {}

// A reading from the future is stale too: the clock was set back since.
Users::PasswordKinds PasswordsInUse::of(const Tenant& tenant) {
    const auto now = clock_.now();
    {
        const std::lock_guard lock(mutex_);
        const auto found = readings_.find(tenant.id);
        if (found != readings_.end() && now >= found->second.at && now - found->second.at < kFresh)
            return found->second.kinds;
    }
    return keep(tenant.id, now, read(tenant));
}

// Returns nullopt if the database did not answer and there is an earlier reading.
std::optional<Users::PasswordKinds> PasswordsInUse::read(const Tenant& tenant) const {
    try {
        return stores_.read(tenant, [](const TenantStore& store) { return store.users().passwordKinds(); });
    } catch (const StorageUnavailable&) {
        const std::lock_guard lock(mutex_);
        if (!readings_.contains(tenant.id)) throw;
        return std::nullopt;
    }
}

Users::PasswordKinds PasswordsInUse::keep(const TenantId& tenant, Timestamp now,
                                          std::optional<Users::PasswordKinds> kinds) {
    const std::lock_guard lock(mutex_);
    auto& reading = readings_[tenant];
    reading.at = now;
    if (kinds) reading.kinds = *std::move(kinds);
    return reading.kinds;
}

}  // namespace claviger::domain

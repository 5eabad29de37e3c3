#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "domain/base/clock.h"
#include "domain/secrets/password.h"
#include "domain/stores/tenant_stores.h"

namespace claviger::domain {

// The costs of a tenant's stored passwords, as they were at most a minute ago; older ones where the database does not
// answer. Thread-safe.
class CostsInUse {
public:
    static constexpr std::chrono::minutes kFresh{1};

    CostsInUse(const TenantStores&, const Clock&);  // references must outlive this

    // Reads every user's row if the last reading is not fresh. A reading that fails counts as one of before, for a
    // minute. Throws StorageUnavailable if there was none before.
    std::vector<secrets::PasswordCost> of(const Tenant&);

private:
    struct Reading {
        Timestamp at;
        std::vector<secrets::PasswordCost> costs;
    };

    std::optional<std::vector<secrets::PasswordCost>> read(const Tenant&) const;
    std::vector<secrets::PasswordCost> keep(const TenantId&, Timestamp now,
                                            std::optional<std::vector<secrets::PasswordCost>>);

    const TenantStores& stores_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::map<TenantId, Reading> readings_;
};

}  // namespace claviger::domain

#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>

#include "domain/base/clock.h"
#include "domain/ports/tenant/tenant_stores.h"
#include "domain/secrets/password.h"

namespace claviger::domain {

// Caches the costs and the peppers of each tenant's stored passwords for a minute, and for longer if the database does
// not answer. Thread-safe.
class PasswordsInUse {
public:
    static constexpr std::chrono::minutes kFresh{1};

    PasswordsInUse(const TenantStores&, const Clock&);  // references must outlive this

    // Reads every user's row if the last reading is older than kFresh. If that fails, the last reading is used for
    // another minute. Throws StorageUnavailable if there is no earlier reading.
    Users::PasswordKinds of(const Tenant&);

private:
    struct Reading {
        Timestamp at;
        Users::PasswordKinds kinds;
    };

    std::optional<Users::PasswordKinds> read(const Tenant&) const;
    Users::PasswordKinds keep(const TenantId&, Timestamp now, std::optional<Users::PasswordKinds>);

    const TenantStores& stores_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::map<TenantId, Reading> readings_;
};

}  // namespace claviger::domain

#pragma once

#include <optional>

#include "domain/tenants/tenant.h"

namespace claviger::domain {

// Finds the tenant that a request is for. Thread-safe.
class TenantDirectory {
public:
    virtual ~TenantDirectory() = default;

    // Nothing if no tenant has the host; suspended tenants are found. Throws StorageUnavailable.
    virtual std::optional<Tenant> findByHost(const HostName&) const = 0;
};

}  // namespace claviger::domain

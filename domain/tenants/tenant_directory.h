#pragma once

#include <memory>

#include "domain/tenants/tenant.h"

namespace claviger::domain {

// Shared, for a verify takes less time than a copy would be worth.
using SharedTenant = std::shared_ptr<const Tenant>;

// Finds the tenant that a request is for. Thread-safe.
class TenantDirectory {
public:
    virtual ~TenantDirectory() = default;

    // Null if no tenant has the host; suspended tenants are found. Throws StorageUnavailable.
    virtual SharedTenant findByHost(const HostName&) const = 0;
};

}  // namespace claviger::domain

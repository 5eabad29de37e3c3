#pragma once

#include <memory>

#include "domain/model/tenant.h"

namespace claviger::domain {

// Shared, because verify is so fast that a copy of the tenant would be a noticeable part of its time.
using SharedTenant = std::shared_ptr<const Tenant>;

// Finds the tenant that a request is for. Thread-safe.
class TenantDirectory {
public:
    virtual ~TenantDirectory() = default;

    // Returns nullptr if no tenant has the host. Suspended tenants are found too. Throws StorageUnavailable.
    virtual SharedTenant findByHost(const HostName&) const = 0;
};

}  // namespace claviger::domain

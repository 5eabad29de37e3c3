#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "domain/model/tenant.h"

namespace claviger::domain {

// Shared, because verify is so fast that a copy of the tenant would be a noticeable part of its time.
using SharedTenant = std::shared_ptr<const Tenant>;

struct HostedTenant {
    HostName host;
    SharedTenant tenant;
};

// Finds the tenant that a request is for. Thread-safe.
class TenantDirectory {
public:
    virtual ~TenantDirectory() = default;

    // Returns nullptr if no tenant has the host. Suspended tenants are found too. Throws StorageUnavailable.
    virtual SharedTenant findByHost(const HostName&) const = 0;

    // Whether the tenant is there, of any status, and its schema is complete: not being created, imported or dropped.
    // Throws StorageUnavailable.
    virtual bool isOpen(const TenantId&) const = 0;

    // Returns hosts with their tenants, suspended ones too, in no order: all of them, or `most` if there are more.
    // Throws StorageUnavailable.
    virtual std::vector<HostedTenant> list(std::size_t most) const = 0;
};

}  // namespace claviger::domain

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/secrets/hasher.h"
#include "domain/stores/tenant_stores.h"
#include "domain/tenants/tenant_registry.h"

namespace claviger::domain {

// How many living keys are stored with each version of the pepper. The dead need none.
using KeysByPepper = std::map<int, std::size_t>;

// Which peppers are configured, and which the living keys need.
struct PepperStatus {
    int current;
    std::optional<int> other;

    struct OfTenant {
        Tenant tenant;
        KeysByPepper keys;
    };
    std::vector<OfTenant> tenants;  // by slug; without those that have no tables yet
    KeysByPepper together;

    struct Uncounted {
        Tenant tenant;
        std::string why;
    };
    std::vector<Uncounted> uncounted{};  // by slug: their keys could not be read, and are in no number

    // Stored with a pepper that is not configured: refused, although they live.
    std::size_t lost() const;

    // Whether the other one is from before, and no living key needs it any more. Not as long as a tenant is uncounted.
    bool otherIsUnused() const;
};

// What an operator has to know to replace the pepper. Thread-safe: holds no mutable state.
class PepperService {
public:
    PepperService(const TenantRegistry&, const TenantStores&, const secrets::Hasher&);  // must outlive this

    // Reads every living key's row. A tenant that cannot be read is named and stops no other. Throws
    // StorageUnavailable.
    PepperStatus status() const;

private:
    const TenantRegistry& registry_;
    const TenantStores& stores_;
    const secrets::Hasher& hasher_;
};

}  // namespace claviger::domain

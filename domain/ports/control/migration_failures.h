#pragma once

#include <string>
#include <vector>

#include "domain/base/clock.h"
#include "domain/model/tenant.h"

namespace claviger::domain {

// The tenants whose last migration failed, with the reasons. An entry is kept until a migration of the tenant succeeds.
// So a later status distinguishes failed tenants from those that are only behind. Every method throws
// StorageUnavailable. Thread-safe.
class MigrationFailures {
public:
    struct Failure {
        TenantId tenant;
        std::string reason;
        Timestamp failedAt;
    };

    virtual ~MigrationFailures() = default;

    virtual std::vector<Failure> all() const = 0;
    virtual void record(const Failure&) = 0;  // replaces an earlier failure of the tenant
    virtual void clear(const TenantId&) = 0;  // ok if there is none
};

}  // namespace claviger::domain

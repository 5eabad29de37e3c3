#pragma once

#include <set>
#include <vector>

#include "domain/model/tenant.h"

namespace claviger::domain {

// The schemas behind the registry: DDL and grants. Thread-safe.
class TenantSchemas {
public:
    virtual ~TenantSchemas() = default;

    // Creates the missing parts of the tenant: its schema, its tables, its role and the workers' right to take that
    // role. Records the schema's version last, and returns it. Does not wait for the other hosts: until they act on it,
    // they refuse the tenant. Safe to run again after a crash at any step. Throws StorageUnavailable, MigrationRefused
    // or SchemaLost (domain/ports/control/migrations.h).
    virtual int bringUp(const Tenant&) = 0;

    // Returns those of the tenants on which `claviger prune` lacks a right. Empty if it has no account. The work hardly
    // grows with the number of tenants. Throws StorageUnavailable.
    virtual std::set<TenantId> lackingPruning(const std::vector<Tenant>&) const = 0;

    // Grants `claviger prune`, if it has an account, its rights on a tenant whose schema is complete. bringUp does that
    // for a tenant whose version is 0. Throws StorageUnavailable, or another exception if the database refuses.
    virtual void grantPruning(const Tenant&) const = 0;

    // Runs the checks that bringUp runs before it changes anything. Throws MigrationRefused if a drop or an import of
    // the tenant was begun and not finished. Throws SchemaLost if the schema was complete once and is gone or empty.
    virtual void refuseUnfit(const Tenant&) const = 0;
};

}  // namespace claviger::domain

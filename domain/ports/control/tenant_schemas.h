#pragma once

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

    // Grants the account of `claviger prune`, if there is one, its rights on a tenant whose schema is complete. bringUp
    // does that too. Throws StorageUnavailable.
    virtual void grantPruning(const Tenant&) const {}

    // Runs the checks that bringUp runs before it changes anything. Throws MigrationRefused if a drop or an import of
    // the tenant was begun and not finished. Throws SchemaLost if the schema was complete once and is gone or empty.
    virtual void refuseUnfit(const Tenant&) const = 0;
};

}  // namespace claviger::domain

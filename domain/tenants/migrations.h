#pragma once

#include <stdexcept>

namespace claviger::domain {

// A migration that failed, or a history that does not fit the files. what() names the schema and the migration.
class MigrationRefused : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The migrations of this release and how far the control schema has come. (How far a tenant's schema has come
// is in its Tenant; TenantSchemas brings that one up.) Every method throws StorageUnavailable. Not thread-safe.
class Migrations {
public:
    virtual ~Migrations() = default;

    virtual int newestControlVersion() const = 0;  // 0 if this release brings none
    virtual int newestTenantVersion() const = 0;
    virtual int controlVersion() const = 0;  // 0 while there is no control schema

    // Makes what is missing of the control schema. Safe to run again after a crash at any step.
    // Throws MigrationRefused if a migration fails or was altered after it had run.
    virtual void bringUpControl() = 0;
};

}  // namespace claviger::domain

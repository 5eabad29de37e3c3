#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "domain/model/tenant.h"

namespace claviger::domain {

// The schema that holds what belongs to no tenant.
inline constexpr auto kControlSchema = "claviger";

// A migration that failed, or a history that does not fit the files. what() names the schema and the migration.
class MigrationRefused : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The schema of a tenant was complete once, and now it is gone or has no history. Nothing is created in its place: an
// empty schema would look as if the tenant had never had a user.
class SchemaLost : public MigrationRefused {
public:
    explicit SchemaLost(const Tenant& tenant)
        : MigrationRefused(tenant.slug.text() + ": its schema " + tenant.schema.text() +
                           " is gone or empty, and nothing was made in its place") {}
};

// One migration that a schema does not have yet.
struct PendingMigration {
    std::string name;  // the file's, without .sql
    std::string sql;   // as it will be sent
};

// The migrations of this release, and the version of the control schema. (Tenant::schemaVersion is the version of a
// tenant's schema; TenantSchemas migrates that one.) Every method throws StorageUnavailable. Thread-safe.
class Migrations {
public:
    virtual ~Migrations() = default;

    virtual int newestControlVersion() const = 0;  // 0 if this release brings none
    virtual int newestTenantVersion() const = 0;
    virtual int controlVersion() const = 0;  // 0 while there is no control schema

    // Creates the missing parts of the control schema. Safe to run again after a crash at any step.
    // Throws MigrationRefused if a migration fails or was altered after it had run.
    virtual void bringUpControl() = 0;

    // Returns the migrations that the schema does not have yet, in order; all of them if there is no such schema.
    // Changes nothing. Throws MigrationRefused if its history does not fit the files: one was altered after it had run.
    virtual std::vector<PendingMigration> pendingOfControl() const = 0;
    virtual std::vector<PendingMigration> pendingOf(const SchemaName&) const = 0;
};

}  // namespace claviger::domain

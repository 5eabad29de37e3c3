#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/tenants/migrations.h"
#include "domain/tenants/tenant.h"
#include "persistence/connection/connections.h"
#include "persistence/schema/migration_files.h"

namespace claviger::persistence {

using domain::MigrationRefused;

// What brings schemas of one kind to the last migration.
struct SchemaFiles {
    std::vector<Migration> migrations;  // not empty
    std::optional<Baseline> baseline;   // nothing: a new schema takes every migration
};

// Brings schemas to the last migration, with the tool's account. One schema is migrated by one process at a time
// (a named lock of the server); the second then finds nothing left to do.
class Migrator final : public domain::Migrations {
public:
    // `folder` holds control/ and tenant/; `workerUser` is the workers' account, `pruneUser` that of `claviger prune`,
    // if there is one. Reads the files.
    // Throws std::runtime_error if they are not as migration_files.h wants them.
    Migrator(Connections&, const std::filesystem::path& folder, std::string workerUser,
             std::string pruneUser = {});  // must outlive this

    int newestControlVersion() const override { return control_.migrations.back().version; }
    int newestTenantVersion() const override { return tenant_.migrations.back().version; }
    int controlVersion() const override;
    void bringUpControl() override;  // and grants the workers to read what they need of it; refuses: MigrationRefused
    std::vector<domain::PendingMigration> pendingOfControl() const override;
    std::vector<domain::PendingMigration> pendingOf(const domain::SchemaName&) const override;

    // Makes the tenant's schema and tables where they are missing. Returns its version: the last migration.
    // Throws MigrationRefused, domain::StorageUnavailable.
    int bringUpTenant(const domain::SchemaName&) const;

    // The same only up to that version.
    void makeTenantAt(const domain::SchemaName&, int version) const;

    // Of the workers, on the host that the tool's own account has.
    Identifier workerAccount(Connection&) const;

    // The same of `claviger prune`; nothing where it has none.
    std::optional<Identifier> pruneAccount(Connection&) const;

private:
    Connections& connections_;
    SchemaFiles control_, tenant_;
    std::string workerUser_, pruneUser_;
};

}  // namespace claviger::persistence

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/model/tenant.h"
#include "domain/ports/control/migrations.h"
#include "persistence/connection/connections.h"
#include "persistence/schema/migration_files.h"

namespace claviger::persistence {

using domain::MigrationRefused;

// What brings schemas of one kind to the last migration.
struct SchemaFiles {
    std::vector<Migration> migrations;  // not empty
    std::optional<Baseline> baseline;   // nothing: a new schema takes every migration
};

// Brings schemas to the last migration, with the tool's account. One process at a time migrates a schema, under a named
// lock of the server. A second one waits for at most a minute, then finds nothing to do or throws MigrationRefused.
// Thread-safe.
class Migrator final : public domain::Migrations {
public:
    // Reads the files of `folder`, which holds control/, tenant/ and tenant_baseline/. `workerUser` is the workers' account; `pruneUser`
    // is that of `claviger prune`, or empty. The connections must outlive this.
    // Throws std::runtime_error if the files are not as migration_files.h requires.
    Migrator(Connections&, const std::filesystem::path& folder, std::string workerUser,
             std::string pruneUser = {});  // empty: no such account

    int newestControlVersion() const override { return control_.migrations.back().version; }
    int newestTenantVersion() const override { return tenant_.migrations.back().version; }
    int controlVersion() const override;
    void bringUpControl() override;  // also grants the workers' and the prune account's rights on it
    std::vector<domain::PendingMigration> pendingOfControl() const override;
    std::vector<domain::PendingMigration> pendingOf(const domain::SchemaName&) const override;

    // Creates the tenant's schema if it is missing, and applies the missing migrations. Returns the version of the last
    // one. Throws MigrationRefused, domain::StorageUnavailable.
    int bringUpTenant(const domain::SchemaName&) const;

    // The same, but only up to that version, or to the last migration if that is lower. A schema that is further stays
    // as it is.
    void makeTenantAt(const domain::SchemaName&, int version) const;

    // The workers' account, with the host part of the connection's own account.
    Identifier workerAccount(Connection&) const;

    // Whether `claviger prune` has an account.
    bool hasPruneAccount() const { return !pruneUser_.empty(); }

    // That account, like workerAccount(); nullopt if there is none.
    std::optional<Identifier> pruneAccount(Connection&) const;

private:
    Connections& connections_;
    SchemaFiles control_, tenant_;
    std::string workerUser_, pruneUser_;
};

}  // namespace claviger::persistence

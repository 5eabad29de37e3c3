#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/clock.h"
#include "domain/base/result.h"
#include "domain/ports/control/migration_failures.h"
#include "domain/ports/control/migrations.h"
#include "domain/ports/control/tenant_registry.h"
#include "domain/ports/control/tenant_schemas.h"

namespace claviger::domain {

// The version of one schema. `failure` is the reason why it is not migrated further, for operators; empty if nothing
// failed.
struct SchemaState {
    std::string schema;
    int version;
    int newest;
    std::string failure{};
};

struct TenantState {
    TenantSlug slug;
    SchemaState state;
};

struct MigrationReport {
    SchemaState control;
    std::vector<TenantState> tenants;  // by slug
};

// The migrations that a run would send to one schema. `failure` is the reason why none can be sent; otherwise empty.
struct SchemaPlan {
    std::string schema;
    std::optional<TenantSlug> tenant;  // nullopt: the control schema
    std::vector<PendingMigration> pending;
    std::string failure{};
};

// The schemas whose histories are compared with the files. With kOfOneTenant the other schemas of the newest version
// are trusted, as long as the compared one fits.
enum class Histories { kOfOneTenant, kOfAll };

// An operator's order to migrate.
struct MigrationOrder {
    std::optional<TenantSlug> tenant{};  // only this one; nullopt: all
    unsigned jobs = 1;                   // tenants at a time, at least 1
    Histories compared = Histories::kOfOneTenant;
};

// Called after each tenant that was behind is migrated or has failed. Called on any of the threads, but by one at a
// time.
using MigrationProgress = std::function<void(const TenantState&, std::size_t done, std::size_t all)>;

// Compares the history of a schema that should have every migration with the files. Returns the problem: a file was
// altered after it had run, or the schema is not the one that was migrated. Empty if there is none. Throws
// StorageUnavailable.
std::string historyProblem(const Migrations&, const SchemaName&);

// Migrates the schemas to this release, for operators. Not thread-safe.
//
// Every method throws StorageUnavailable if the database goes away. run and plan throw MigrationRefused for the control
// schema; status reports its failure instead.
class MigrationService {
public:
    // References must outlive this.
    MigrationService(TenantRegistry&, TenantSchemas&, Migrations&, MigrationFailures&, const Clock&);

    // Returns the versions of all schemas, and the failure of each tenant whose last migration failed. With kOfAll it
    // also compares the histories, and reports those that do not fit. Without a control schema its version is 0 and
    // there are no tenants.
    //
    //   kTenantNotFound
    Result<MigrationReport> status(const MigrationOrder& = {}) const;

    // Migrates the control schema, then every tenant that is behind, `jobs` at a time. Then grants
    // `claviger prune` the rights that it lacks on tenants that are up to date. A tenant that fails is reported with
    // its reason and does not stop the others. A tenant that is up to date with a history that does not fit is reported
    // too. If it is killed at any point, the next run continues there.
    //
    //   kTenantNotFound  the control schema is up to date, and nothing more was done
    Result<MigrationReport> run(const MigrationOrder& = {}, const MigrationProgress& = {});

    // Returns what run would send, and changes nothing. The control schema's plan is first. The plans of the tenants
    // that are behind, or that run would report, follow. Before there is a control schema there are no tenants.
    //
    //   kTenantNotFound
    Result<std::vector<SchemaPlan>> plan(const MigrationOrder& = {}) const;

private:
    SchemaState controlState() const;
    Result<std::vector<Tenant>> chosen(const MigrationOrder&) const;
    std::vector<TenantState> statesOf(const std::vector<Tenant>&) const;
    void compareHistories(const MigrationOrder&, const std::vector<Tenant>&, std::vector<TenantState>&) const;
    void bringUp(const Tenant&, TenantState&);
    void grantPruning(const MigrationOrder&, const std::vector<Tenant>&, std::vector<TenantState>&);

    TenantRegistry& registry_;
    TenantSchemas& schemas_;
    Migrations& migrations_;
    MigrationFailures& failures_;
    const Clock& clock_;
};

}  // namespace claviger::domain

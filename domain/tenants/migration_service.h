#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/clock.h"
#include "domain/base/result.h"
#include "domain/tenants/migrations.h"
#include "domain/tenants/tenant_registry.h"

namespace claviger::domain {

// How far one schema has come. `failure` says why it came no further, for operators; empty if nothing failed.
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

// What one schema would be sent. `failure` says why nothing can be; empty otherwise.
struct SchemaPlan {
    std::string schema;
    std::optional<TenantSlug> tenant;  // nothing: the control schema
    std::vector<PendingMigration> pending;
    std::string failure{};
};

// Whose histories are compared with the files. With kOfOneTenant the others that show the newest version are trusted,
// as long as that one fits.
enum class Histories { kOfOneTenant, kOfAll };

// What an operator asks for.
struct MigrationOrder {
    std::optional<TenantSlug> tenant{};  // this one alone; nothing: all
    unsigned jobs = 1;                   // tenants at a time, at least 1
    Histories compared = Histories::kOfOneTenant;
};

// Told of each tenant that had something to do, when it is done; never by two threads at once.
using MigrationProgress = std::function<void(const TenantState&, std::size_t done, std::size_t all)>;

// Why a schema that should have seen every migration has not, or not these: a file was altered after it had run, or the
// schema is not the one that was brought up. Empty if all is well. Throws StorageUnavailable.
std::string historyTrouble(const Migrations&, const SchemaName&);

// Brings the schemas up to this release, for operators. Not thread-safe.
//
// Every method throws StorageUnavailable if the database goes away and MigrationRefused for the control schema.
class MigrationService {
public:
    // References must outlive this.
    MigrationService(TenantRegistry&, TenantSchemas&, Migrations&, MigrationFailures&, const Clock&);

    // Without a control schema: version 0 and no tenants. Whose last migration failed says so; with kOfAll so does the
    // control schema whose history does not fit.
    //
    //   kTenantNotFound
    Result<MigrationReport> status(const MigrationOrder& = {}) const;

    // The control schema, then every tenant that is behind, `jobs` at a time. A tenant that fails is reported with
    // its reason and does not stop the others; so is one that is up to date with a history that does not fit. Killed at
    // any moment and run again it goes on where it stopped.
    //
    //   kTenantNotFound  the control schema is up to date, and nothing else was done
    Result<MigrationReport> run(const MigrationOrder& = {}, const MigrationProgress& = {});

    // What run would send, changing nothing: the control schema's plan first, then those of the tenants that are
    // behind, and of those that run would report. Before there is a control schema there are no tenants.
    //
    //   kTenantNotFound
    Result<std::vector<SchemaPlan>> plan(const MigrationOrder& = {}) const;

private:
    SchemaState controlState() const;
    Result<std::vector<Tenant>> chosen(const MigrationOrder&) const;
    std::vector<TenantState> statesOf(const std::vector<Tenant>&) const;
    void compareHistories(const MigrationOrder&, const std::vector<Tenant>&, std::vector<TenantState>&) const;
    void bringUp(const Tenant&, TenantState&);

    TenantRegistry& registry_;
    TenantSchemas& schemas_;
    Migrations& migrations_;
    MigrationFailures& failures_;
    const Clock& clock_;
};

}  // namespace claviger::domain

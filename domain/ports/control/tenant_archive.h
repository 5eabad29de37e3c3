#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/model/dead_keys.h"
#include "domain/model/tenant.h"

namespace claviger::domain {

enum class CellKind { kInteger, kText, kBytes, kMoment };

struct ArchiveColumn {
    std::string name;
    CellKind kind;
    bool operator==(const ArchiveColumn&) const = default;
};

struct ArchiveTable {
    std::string name;
    std::vector<ArchiveColumn> columns;
    bool operator==(const ArchiveTable&) const = default;
};

// One row, in the order of its table's columns. Bytes are raw, numbers decimal, moments "2026-11-23 16:02:07.123456".
using ArchiveCells = std::vector<std::optional<std::string>>;

// The table of all dead (revoked) keys.
inline ArchiveTable deadKeysTable() {
    return {"dead_keys",
            {{"tenant_id", CellKind::kBytes},
             {"key_hash", CellKind::kBytes},
             {"died_at", CellKind::kMoment},
             {"key_id", CellKind::kBytes}}};
}

// The fingerprints of peppers, by version: secrets::Hasher::fingerprint().
using PepperFingerprints = std::map<int, std::string>;

// The data of a tenant in the control schema. Its schemaVersion is the one that the rows fit.
struct ArchiveHead {
    Tenant tenant;
    std::vector<HostName> hosts;
    std::string writtenAt{};  // the archive's time, in the form of iso8601(); empty if the archive has none
    // The peppers that the active keys and the sealed passwords need. nullopt for an archive of an earlier release.
    // TenantArchive::read() gives the versions only, with empty texts.
    std::optional<PepperFingerprints> peppers{};
};

// Receives a tenant: its head, then each table with its rows.
class ArchiveSink {
public:
    virtual ~ArchiveSink() = default;
    virtual void head(const ArchiveHead&) = 0;
    virtual void table(const ArchiveTable&) = 0;
    virtual void row(const ArchiveCells&) = 0;
};

// Returns a tenant in the same order. Each method throws an exception if the archive cannot be read.
class ArchiveSource {
public:
    virtual ~ArchiveSource() = default;
    virtual ArchiveHead head() = 0;
    virtual std::optional<ArchiveTable> table() = 0;  // the next one; nullopt at the end of a complete archive
    virtual std::optional<ArchiveCells> row() = 0;    // the next one of the table; nullopt at its end
};

// The archive does not fit this release or its own schema.
class ArchiveRefused : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// An active key or a sealed password needs a pepper that is not configured here. Another pepper may have its version.
class PepperDiffers : public std::runtime_error {
public:
    explicit PepperDiffers(int version)
        : std::runtime_error("active keys or passwords need the pepper of version " + std::to_string(version) +
                             ", and it is not the one that is configured") {}
};

// Throws PepperDiffers for the first needed pepper that is missing, or that has another fingerprint.
void requirePeppers(const PepperFingerprints& needed, const PepperFingerprints& there);

// The mark of a drop or an import that has begun and is not finished. A killed run leaves it.
struct TransferMark {
    enum class What { kDrop, kImport } what;
    std::string file;  // the complete export, of a drop
};

// The lock for dropping or importing one tenant. It is released by destruction, and by the exit of its process.
class TransferHold {
public:
    virtual ~TransferHold() = default;
};

// Whole tenants, out of the database and into it. Every method throws StorageUnavailable. Thread-safe.
class TenantArchive {
public:
    virtual ~TenantArchive() = default;

    // The database's clock.
    virtual Timestamp now() const = 0;

    // Sends all dead keys to the sink, of all tenants that ever existed, as rows of deadKeysTable(). With `since` only
    // those whose entry was written at that time or later, by the database's clock.
    virtual void readDead(const std::optional<Timestamp>& since, ArchiveSink&) = 0;

    // Adds dead keys from outside this database. Their values must hold the rules (row_rules.h). Existing entries stay
    // as they are.
    virtual void loadDead(const std::vector<ArchiveCells>&) = 0;

    // Returns the recorded dead keys of one tenant.
    virtual DeadKeys deadKeysOf(const TenantId&) const = 0;

    // Returns the names of the tenant's tables. Empty if its schema is gone.
    virtual std::set<std::string> tableNames(const Tenant&) const = 0;

    // Locks the tenant for a drop or an import. Blocks for some seconds if another run has the lock, because that run
    // may have been killed just now. Returns nullptr if it still has the lock then.
    virtual std::unique_ptr<TransferHold> hold(const TenantId&) = 0;

    // Sends the tenant's head and all tables to the sink, as of one moment. A tenant whose schema was never complete
    // has version 0 and no tables.
    virtual void read(const Tenant&, ArchiveSink&) = 0;

    // Returns the mark of an unfinished drop or import; nullopt if there is none.
    virtual std::optional<TransferMark> findMark(const TenantId&) const = 0;

    // Closes the tenant and marks it as being dropped. Its export must be complete. From now on the tenant can only be
    // destroyed. Blocks until every host refuses it.
    virtual void markDrop(const Tenant&, const std::string& file, Timestamp now) = 0;

    // Adds the tenant's revoked keys to the dead keys, except those of a half import. Then removes its schema, its
    // role, its hosts and itself. Safe to run again. Blocks until no host has it in its cache.
    virtual void destroy(const Tenant&) = 0;

    // Adds the tenant, closed and marked as being imported, with its hosts.
    //   kTenantTaken  its id or slug, or a schema of that name, exists; nothing changed
    //   kHostTaken    a host belongs to another tenant; nothing changed
    virtual Result<void> begin(const ArchiveHead&, Timestamp now) = 0;

    // Migrates the tenant's schema to that version, from nothing or from an earlier one. Returns its tables.
    // Throws MigrationRefused.
    virtual std::vector<ArchiveTable> makeTables(const Tenant&, int version) = 0;

    // Inserts rows. Throws ArchiveRefused if a value does not fit its column.
    virtual void load(const Tenant&, const ArchiveTable&, const std::vector<ArchiveCells>&) = 0;

    // Migrates the schema to this release, revokes every key that is among the dead keys, and opens the tenant with its
    // status. Blocks until every host acts on it. Returns the keys that it revoked. Throws MigrationRefused.
    virtual std::vector<ApiKeyId> open(const Tenant&) = 0;
};

}  // namespace claviger::domain

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/tenants/tenant.h"

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

// The table of the keys that have died.
inline ArchiveTable deadKeysTable() {
    return {"dead_keys",
            {{"tenant_id", CellKind::kBytes},
             {"key_hash", CellKind::kBytes},
             {"died_at", CellKind::kMoment},
             {"key_id", CellKind::kBytes}}};
}

// The fingerprints of peppers, by version: secrets::Hasher::fingerprint().
using PepperFingerprints = std::map<int, std::string>;

// What the control schema knows of a tenant; its schemaVersion is the one that the rows fit.
struct ArchiveHead {
    Tenant tenant;
    std::vector<HostName> hosts;
    std::string writtenAt{};  // of an archive that says so, as iso8601() gives it
    // Of the peppers that the living keys and the sealed passwords need. An archive of an earlier release does not say
    // it; TenantArchive::read() gives the versions, with empty texts.
    std::optional<PepperFingerprints> peppers{};
};

// Takes a tenant: its head, then each table with its rows.
class ArchiveSink {
public:
    virtual ~ArchiveSink() = default;
    virtual void head(const ArchiveHead&) = 0;
    virtual void table(const ArchiveTable&) = 0;
    virtual void row(const ArchiveCells&) = 0;
};

// Gives a tenant, in the same order. Throws whatever says that it cannot be read.
class ArchiveSource {
public:
    virtual ~ArchiveSource() = default;
    virtual ArchiveHead head() = 0;
    virtual std::optional<ArchiveTable> table() = 0;  // the next one; nothing at the end of a whole archive
    virtual std::optional<ArchiveCells> row() = 0;    // the next one of the table
};

// The archive does not fit this release or its own schema.
class ArchiveRefused : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A living key or a sealed password needs a pepper that is not configured here, or another one has its version.
class PepperDiffers : public std::runtime_error {
public:
    explicit PepperDiffers(int version)
        : std::runtime_error("living keys or passwords need the pepper of version " + std::to_string(version) +
                             ", and it is not the one that is configured") {}
};

// Throws PepperDiffers for the first pepper that is needed and not there.
void requirePeppers(const PepperFingerprints& needed, const PepperFingerprints& there);

// What a killed run has left to be finished.
struct TransferMark {
    enum class What { kDrop, kImport } what;
    std::string file;  // the complete export, of a drop
};

// The right to drop or import one tenant; given back when it is destroyed, or when its process dies.
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

    // All keys that are known to have died, of all tenants that ever were, as rows of deadKeysTable(); with `since`
    // those whose entry was written at that moment or later, by the database's clock.
    virtual void readDead(const std::optional<Timestamp>& since, ArchiveSink&) = 0;

    // More of them, from elsewhere, whose values hold the rules. Those that are there already stay as they are.
    virtual void loadDead(const std::vector<ArchiveCells>&) = 0;

    // Waits some seconds for another run, which may have been killed just now; nothing if that goes on.
    virtual std::unique_ptr<TransferHold> hold(const TenantId&) = 0;

    // Gives all that there is of the tenant, as of one moment. What was never whole has version 0 and no tables.
    virtual void read(const Tenant&, ArchiveSink&) = 0;

    virtual std::optional<TransferMark> findMark(const TenantId&) const = 0;

    // From now on the tenant only waits to be destroyed; its export is complete.
    virtual void markDrop(const Tenant&, const std::string& file, Timestamp now) = 0;

    // Remembers the tenant's dead keys as dead, then removes its schema, its role, its hosts and itself. Safe to run
    // again. Returns when every host has forgotten it.
    virtual void destroy(const Tenant&) = 0;

    // Adds the tenant, closed and marked as being imported, with its hosts.
    //   kTenantTaken  its id or slug, or a schema of that name, is there; nothing changed
    //   kHostTaken    a host is another tenant's; nothing changed
    virtual Result<void> begin(const ArchiveHead&, Timestamp now) = 0;

    // Brings the tenant's schema to that version, from nothing or from an earlier one, and tells its tables.
    // Throws MigrationRefused.
    virtual std::vector<ArchiveTable> makeTables(const Tenant&, int version) = 0;

    // Throws ArchiveRefused if a value cannot stand where it is to.
    virtual void load(const Tenant&, const ArchiveTable&, const std::vector<ArchiveCells>&) = 0;

    // Ends for good the keys that are known to have died, migrates the schema to this release and opens the tenant with
    // its status. Returns the keys that were ended. Returns when every host knows. Throws MigrationRefused.
    virtual std::vector<ApiKeyId> open(const Tenant&) = 0;
};

}  // namespace claviger::domain

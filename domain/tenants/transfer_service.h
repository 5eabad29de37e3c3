#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/secrets/password_seal.h"
#include "domain/tenants/checked_rows.h"
#include "domain/tenants/tenant_service.h"

namespace claviger::domain {

// In place of what the archive says; what is not given stays.
struct ImportOrder {
    std::optional<TenantSlug> slug;
    std::optional<std::string> name;
    std::vector<HostName> hosts;
    std::optional<TenantStatus> status;
};

struct ImportedTenant {
    TenantDetails details;
    std::string writtenAt;            // the archive, if it says so
    bool namesPeppers;                // the archive says which its keys need, and they are configured here
    UserCounts users;                 // as they were then, and are now
    std::vector<ApiKeyId> endedKeys;  // alive in the archive, dead since
};

// What an import, under this configuration, would refuse of an archive that was written: the first such row and its
// rule, or empty. The archive holds all rows nevertheless.
using Unimportable = std::string;

struct DroppedTenant {
    TenantDetails details;        // as it was
    std::string file;             // its complete export; empty of a half import, which has none
    Unimportable unimportable{};  // of the export of this run
};

// Exports, imports and drops whole tenants, for operators. Thread-safe.
class TransferService {
public:
    // The peppers that are configured, and what opens the passwords that are sealed with them. Both throw
    // BadConfiguration if the peppers cannot be read.
    struct Peppers {
        std::function<PepperFingerprints()> fingerprints;
        std::function<secrets::PasswordSeal()> seal;
    };

    // References must outlive this.
    TransferService(TenantRegistry& registry, TenantArchive& archive, const Clock& clock, int newestVersion,
                    secrets::PasswordCost passwords, Peppers peppers)
        : registry_(registry),
          archive_(archive),
          clock_(clock),
          newestVersion_(newestVersion),
          passwords_(passwords),
          peppers_(std::move(peppers)) {}

    //   kTenantNotFound
    //   kTenantTaken  it is half dropped or half imported
    // Throws BadConfiguration if the peppers cannot be read: the archive says which of them its keys need.
    // Throws SchemaLost or MigrationRefused where the tenant has lost its schema or a table. A drop exports it all the
    // same.
    Result<Unimportable> exportTo(const TenantSlug&, ArchiveSink&);

    // Keeps what `fill` gives in a file, and returns its name once it is certain to last. Throws before it calls `fill`
    // if no file can be made.
    using Keep = std::function<std::string(const std::function<void(ArchiveSink&)>& fill)>;

    // Suspends the tenant, has it exported, then removes it for good. Run again it finishes what a crash left undone:
    // nothing is removed before an export is complete. If `keep` throws, the tenant stays: as it was, or suspended if
    // `fill` was called.
    //   kTenantNotFound
    //   kTenantTaken  another run drops or imports it at this moment
    Result<DroppedTenant> drop(const TenantSlug&, const Keep& keep);

    // What drop would answer now; the file is empty where it would write one.
    //   kTenantNotFound
    Result<DroppedTenant> planDrop(const TenantSlug&) const;

    // Restores a tenant under its own id, as it was but for its sessions, which are gone, and the keys that have died
    // since. It is open only once it is whole; on any failure nothing of it is left. Half an import of the same tenant,
    // left by a killed run, is replaced. What users were allowed then they are allowed again: nobody knows here who has
    // been suspended since, or whose password was replaced. With `dryRun` the archive is read to its end and nothing
    // changes.
    //
    // Nothing of the source is believed. Every row goes through RowChecks. No password is dearer to check than the
    // configuration's, or than 128 MiB times passes.
    //
    //   kTenantTaken  it is there, its slug or schema is, or another run drops or imports it at this moment
    //   kHostTaken
    // Throws PepperDiffers before anything is changed; ArchiveRefused, MigrationRefused and what the source throws.
    Result<ImportedTenant> import(ArchiveSource&, const ImportOrder&, bool dryRun);

    // The part of the dead keys that a list has, by the database's clock: the entries that were written from `since`
    // on, or all. Entries later than `upTo` may be missing.
    struct DeadKeysSpan {
        std::optional<Timestamp> since;
        Timestamp upTo;
    };

    // The span of a list that is read from now on and goes on where one ended that went up to `since`; or of all.
    //
    // Lists that follow each other so lose no entry. An entry bears the time of its statement and can be seen once that
    // is committed, so an earlier list may not have seen it. The span therefore begins two hours before `since`: the
    // longest statement of the tool has one hour, a worker's seconds, and the rest is for the clocks of two servers.
    DeadKeysSpan spanOfDeadKeys(const std::optional<Timestamp>& since) const;

    // Gives the keys that are known to have died, of that span. Returns what rememberDeadKeys would refuse of them.
    Unimportable readDeadKeys(const DeadKeysSpan& span, ArchiveSink& sink);

    // Remembers those of the source as dead, for every import from now on; with `dryRun` reads them only. Returns how
    // many the source has. No value is believed (row_rules.h). Throws ArchiveRefused, which names the row, and what the
    // source throws; then the rows before it may be remembered.
    std::size_t rememberDeadKeys(ArchiveSource&, bool dryRun);

private:
    ImportLimits limits() const;
    RowChecks::Opens opensOf(const TenantId&) const;
    Result<void> checkFree(const ArchiveHead&) const;
    Result<void> clearHalf(const ArchiveHead&, bool dryRun);
    Result<std::vector<ApiKeyId>> importHeld(ArchiveSource&, const ArchiveHead&);
    std::vector<ApiKeyId> restore(ArchiveSource&, const Tenant&);
    void loadTable(ArchiveSource&, const Tenant&, const ArchiveTable&);

    TenantRegistry& registry_;
    TenantArchive& archive_;
    const Clock& clock_;
    const int newestVersion_;
    const secrets::PasswordCost passwords_;  // of this configuration
    const Peppers peppers_;
};

}  // namespace claviger::domain

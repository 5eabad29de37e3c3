#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/ports/control/password_sealing.h"
#include "domain/secrets/password_seal.h"
#include "domain/tenants/checked_rows.h"
#include "domain/tenants/noted_refusal.h"
#include "domain/tenants/tenant_service.h"

namespace claviger::domain {

// The values that replace those of the archive. For nullopt, or without hosts, the archive's stay.
struct ImportOrder {
    std::optional<TenantSlug> slug;
    std::optional<std::string> name;
    std::vector<HostName> hosts;
    std::optional<TenantStatus> status;
};

// What an import means for the sealing of new passwords (PasswordSealing). The order is from good to bad.
enum class SealingAfterImport {
    kUnchanged,  // no imported password is sealed, or sealing was on before
    kTurnedOn,
    kTooEarly,  // sealed passwords came in, and sealing stays off: workers of an earlier release run
};

struct ImportedTenant {
    TenantDetails details;
    std::string writtenAt;            // the archive's time; empty if it has none
    bool namesPeppers;                // the archive names the peppers that its keys need, and they are configured here
    UserCounts users;                 // of the archive, and so of the imported tenant
    std::vector<ApiKeyId> endedKeys;  // active in the archive, revoked since
    SealingAfterImport sealing = SealingAfterImport::kUnchanged;
};

struct DroppedTenant {
    TenantDetails details;        // as it was
    std::string file;             // its complete export; empty for a half import, which has none
    Unimportable unimportable{};  // for the export of this run
};

// Exports, imports and drops whole tenants, for operators. Every method that uses the database throws
// StorageUnavailable. Thread-safe.
class TransferService {
public:
    // Returns the configured peppers' fingerprints, and the seal that opens the passwords sealed with them. Both throw
    // BadConfiguration if the peppers cannot be read.
    struct Peppers {
        std::function<PepperFingerprints()> fingerprints;
        std::function<secrets::PasswordSeal()> seal;
    };

    // References must outlive this.
    TransferService(TenantRegistry& registry, TenantArchive& archive, PasswordSealing& sealing, const Clock& clock,
                    int newestVersion, secrets::PasswordCost passwords, Peppers peppers)
        : registry_(registry),
          archive_(archive),
          sealing_(sealing),
          clock_(clock),
          newestVersion_(newestVersion),
          passwords_(passwords),
          peppers_(std::move(peppers)) {}

    // Sends the tenant to the sink. Returns what an import would refuse of it.
    //   kTenantNotFound
    //   kTenantTaken  it is half dropped or half imported
    // Throws BadConfiguration if the peppers cannot be read, because the archive names those that its keys need. Throws
    // SchemaLost or MigrationRefused if the tenant has lost its schema or a table; drop exports such a tenant all the
    // same. Throws what the sink throws.
    Result<Unimportable> exportTo(const TenantSlug&, ArchiveSink&);

    // Stores the output of `fill` in a file. Returns the file's name once the file is certain to last. Throws before it
    // calls `fill` if no file can be made.
    using Keep = std::function<std::string(const std::function<void(ArchiveSink&)>& fill)>;

    // Suspends the tenant, exports it by `keep`, then removes it for good. A second call finishes what a crash left
    // undone. Nothing is removed before an export is complete. If `keep` throws, the tenant stays: as it was, or
    // suspended if `fill` was called.
    //   kTenantNotFound
    //   kTenantTaken  another run drops or imports it at this moment
    // Throws BadConfiguration if the peppers cannot be read, and what `keep` throws.
    Result<DroppedTenant> drop(const TenantSlug&, const Keep& keep);

    // Returns what drop would return now. The file is empty if drop would write one.
    //   kTenantNotFound
    Result<DroppedTenant> planDrop(const TenantSlug&) const;

    // Returns the tenant with this id if it is whole: it has its tables, and no create, drop or import of it is
    // unfinished. An import would refuse it.
    std::optional<Tenant> findWhole(const TenantId&) const;

    // Restores a tenant under its own id, as it was, but without its sessions. Keys that were revoked since stay
    // revoked. Users get the status and the password of the archive: later suspensions and passwords are not known
    // here. A half import of the same tenant, left by a killed run, is replaced.
    //
    // The tenant is open only once it is complete. A failed import removes everything that it has stored. There are two
    // exceptions. After OutcomeUnknown the tenant may be open. If the database is gone, the half import stays, closed,
    // until the next import or drop.
    //
    // If a password of the archive is sealed, sealing is turned on before the tenant opens, and stays on even if the
    // import fails after that.
    //
    // The source is not trusted. Every row goes through RowChecks. No password may be dearer to check than both the
    // configured cost and 128 MiB times passes.
    //
    //   kTenantTaken  it exists, its slug or schema exists, or another run drops or imports it at this moment
    //   kHostTaken
    // Throws PepperDiffers before anything is changed. Throws ArchiveRefused, MigrationRefused, BadConfiguration and
    // what the source throws.
    Result<ImportedTenant> import(ArchiveSource&, const ImportOrder&);

    // Returns what import would return now, and changes nothing. Reads the archive to its end. `listed` are dead keys
    // that would be recorded before the import. Refuses and throws what import does before it stores rows.
    Result<ImportedTenant> planImport(ArchiveSource&, const ImportOrder&, const DeadKeys& listed) const;

private:
    ImportLimits limits() const;
    RowChecks::Opens opensOf(const TenantId&) const;
    Result<void> checkFree(const ArchiveHead&) const;
    void requireFit(const ArchiveHead&) const;
    Result<void> checkPlace(const ArchiveHead&) const;
    Result<void> clearHalf(const ArchiveHead&);
    Result<void> importHeld(CheckedRows&, const ArchiveHead&, ImportedTenant&);
    void restore(CheckedRows&, const Tenant&, ImportedTenant&);
    SealingAfterImport sealingAfter(const CheckedRows&) const;
    void loadTable(ArchiveSource&, const Tenant&, const ArchiveTable&);

    TenantRegistry& registry_;
    TenantArchive& archive_;
    PasswordSealing& sealing_;
    const Clock& clock_;
    const int newestVersion_;
    const secrets::PasswordCost passwords_;  // of this configuration
    const Peppers peppers_;
};

}  // namespace claviger::domain

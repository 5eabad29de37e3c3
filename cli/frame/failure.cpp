#include "cli/frame/failure.h"

#include "domain/configuration/settings.h"
#include "domain/ports/control/migrations.h"
#include "domain/ports/control/old_rows.h"
#include "domain/ports/control/tenant_archive.h"

namespace claviger::cli {

using domain::ErrorCode;

Failure usageFailure(const std::string& message, std::string next) {
    return {ExitStatus::kUsage, "usage", message, std::move(next)};
}

Failure failureOf(const domain::Error& error) {
    switch (error.code) {
        case ErrorCode::kInvalidArgument:
            return usageFailure(error.detail);
        case ErrorCode::kExpiryInvalid:
            return {ExitStatus::kUsage, "expiry_invalid", error.detail, "Nothing was changed. Choose another time."};
        case ErrorCode::kTenantNotFound:
            return {ExitStatus::kNotFound, "tenant_not_found", error.detail,
                    "`claviger tenant list` shows all tenants."};
        case ErrorCode::kUserNotFound:
            return {ExitStatus::kNotFound, "user_not_found", error.detail,
                    "`claviger user list --tenant SLUG` shows all users of a tenant."};
        case ErrorCode::kTenantTaken:
            return {ExitStatus::kConflict, "tenant_taken", error.detail,
                    "Nothing was changed. Choose another slug, or repeat the command with the tenant's own name."};
        case ErrorCode::kHostTaken:
            return {ExitStatus::kConflict, "host_taken", error.detail,
                    "The host was not added. `claviger tenant list` shows whose it is."};
        case ErrorCode::kUserTaken:
            return {ExitStatus::kConflict, "user_taken", error.detail,
                    "Nothing was changed. Repeat the command with the user's own name, or choose another e-mail."};
        case ErrorCode::kUserNotApproved:
            return {ExitStatus::kConflict, "user_not_approved", error.detail,
                    "Nothing was changed. `claviger user approve` lets the user have keys again."};
        case ErrorCode::kKeyNotFound:
            return {ExitStatus::kNotFound, "key_not_found", error.detail,
                    "`claviger key list --tenant SLUG` shows all active keys of a tenant."};
        case ErrorCode::kNameTaken:
            return {ExitStatus::kConflict, "name_taken", error.detail,
                    "Nothing was changed. A key that was made and never shown is replaced by `claviger key "
                    "regenerate`; else choose another name."};
        case ErrorCode::kKeyLimitReached:
            return {ExitStatus::kConflict, "key_limit_reached", error.detail,
                    "Nothing was changed. `claviger key revoke` ends keys that are no longer needed."};
        default:
            return {ExitStatus::kFailed, "internal", "unexpected refusal: " + error.detail};
    }
}

Failure currentFailure() {
    try {
        throw;
    } catch (const Failure& failure) {
        return failure;
    } catch (const domain::UnreadableConfiguration& unreadable) {
        return {ExitStatus::kFailed, "bad_configuration", unreadable.what(),
                "Name another with --config FILE, or run this as an account that may read it."};
    } catch (const domain::BadSecret& bad) {
        return {ExitStatus::kUsage, "bad_secret", bad.what(), "Correct the file or the setting, then run this again."};
    } catch (const domain::BadConfiguration& bad) {
        return {ExitStatus::kFailed, "bad_configuration", bad.what(), "Correct the configuration and run this again."};
    } catch (const domain::SchemaLost& lost) {
        return {ExitStatus::kFailed, "schema_lost", lost.what(),
                "Bring the schema back from a copy of the database. Where there is only a backup or an export, run "
                "`claviger tenant drop`, then `claviger tenant import` with that file."};
    } catch (const domain::MigrationRefused& refused) {
        return {ExitStatus::kFailed, "migration_failed", refused.what(),
                "What was done before it is safe. Put the reason right, then run this again."};
    } catch (const domain::PruningNotGranted& closed) {
        return {ExitStatus::kFailed, "pruning_not_granted", closed.what(),
                "Run `claviger migrate`, which grants it. Nothing was deleted."};
    } catch (const domain::PepperDiffers& other) {
        return {
            ExitStatus::kFailed, "pepper_differs", other.what(),
            "Nothing was changed. Bring the pepper back from its own backup: pepper.file, or pepper.other_file for an "
            "earlier one."};
    } catch (const domain::ArchiveRefused& refused) {
        return {ExitStatus::kFailed, "bad_export", refused.what(), "Nothing of the import was kept."};
    } catch (const domain::OutcomeUnknown& lost) {
        return {ExitStatus::kFailed, "outcome_unknown", lost.what(),
                "It is unknown whether it is done. Run the same command again: it finishes what is missing."};
    } catch (const domain::StorageUnavailable& unreachable) {
        return {ExitStatus::kFailed, "unavailable", unreachable.what(),
                "See that the database runs and that the configuration's database settings are right, then run this "
                "again."};
    } catch (const std::exception& other) {
        return {ExitStatus::kFailed, "internal", other.what(), "What was done so far is safe; this can be run again."};
    }
}

}  // namespace claviger::cli

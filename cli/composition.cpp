#include "cli/composition.h"

#include <pwd.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "cli/frame/failure.h"
#include "domain/configuration/settings.h"
#include "domain/doctor/file_checks.h"
#include "domain/secrets/one_line_secret.h"
#include "domain/secrets/password_hasher.h"
#include "persistence/archive/mysql_tenant_archive.h"
#include "persistence/connection/connections.h"
#include "persistence/control/mysql_migration_failures.h"
#include "persistence/control/mysql_old_rows.h"
#include "persistence/control/mysql_password_sealing.h"
#include "persistence/control/mysql_tenant_registry.h"
#include "persistence/control/mysql_tenant_schemas.h"
#include "persistence/doctor/database_doctor.h"
#include "persistence/schema/migrator.h"
#include "persistence/tenant/mysql_tenant_stores.h"

namespace claviger::cli {
namespace {

std::unique_ptr<const domain::secrets::Hasher> loadHasher(const domain::Settings& settings) {
    using domain::secrets::Hasher;
    try {
        return std::unique_ptr<const Hasher>(new Hasher(Hasher::load(settings.pepperFile, settings.pepperOtherFile)));
    } catch (const domain::secrets::UnusableSecret& failure) {
        throw domain::BadSecret(failure.what());
    } catch (const std::exception& failure) {
        throw domain::BadConfiguration(failure.what());
    }
}

// The origin that the audit records: a number for this run, and the operator's account on this host.
domain::RequestOrigin operatorOrigin() {
    auto run = domain::uuidText(domain::makeUuid(domain::SystemClock().now()));
    std::erase(run, '-');
    const auto* const account = ::getpwuid(::getuid());
    const std::string name = account != nullptr ? account->pw_name : std::to_string(::getuid());
    return {run, ("tool:" + name).substr(0, 64)};
}

domain::secrets::PasswordCost costOf(const domain::Settings& settings) {
    return {settings.passwords.memoryMib, settings.passwords.passes};
}

// The objects of the tool, in order of dependence. Their construction hashes nothing and connects to nothing.
struct Parts {
    explicit Parts(domain::Settings from)
        : settings(std::move(from)),
          passwords(costOf(settings)),
          connections(settings.database, persistence::Account::kTool),
          transactions(connections, fence),
          migrator(connections, settings.migrationsFolder, settings.database.workerUser, settings.database.pruneUser),
          registry(connections, transactions),
          schemas(connections, transactions, migrator),
          archive(connections, transactions, migrator, schemas),
          failures(connections),
          stores(connections, transactions),
          sealing(connections),
          users(stores, passwords,
                {[this]() -> const domain::Throttle& { return throttleWithPepper(); }, [this] { return sealOfNew(); }},
                clock, operatorOrigin()),
          tenants(registry, schemas, clock),
          transfers(registry, archive, sealing, clock, migrator.newestTenantVersion(), costOf(settings),
                    {[this] { return pepper().fingerprints(); }, [this] { return domain::secrets::PasswordSeal(pepper()); }}),
          deadKeys(archive),
          migrations(registry, schemas, migrator, failures, clock) {}

    // Reads the pepper on first use, since most verbs work without it. Not thread-safe.
    // Throws domain::BadConfiguration.
    const domain::secrets::Hasher& pepper() {
        if (!hasher) hasher = loadHasher(settings);
        return *hasher;
    }

    const domain::Throttle& throttleWithPepper() {
        if (!throttle) throttle.emplace(stores, pepper(), clock);
        return *throttle;
    }

    // Reads the pepper only where passwords are sealed.
    std::optional<domain::secrets::PasswordSeal> sealOfNew() {
        return sealing.isOn() ? std::optional(domain::secrets::PasswordSeal(pepper())) : std::nullopt;
    }

    const domain::Settings settings;
    domain::SystemClock clock;
    domain::secrets::PasswordHasher passwords;
    persistence::Connections connections;
    domain::NoFence fence;  // the tool has no cache; it waits for the hosts that have one
    persistence::Transactions transactions;
    persistence::Migrator migrator;
    persistence::MySqlTenantRegistry registry;
    persistence::MySqlTenantSchemas schemas;
    persistence::MySqlTenantArchive archive;
    persistence::MySqlMigrationFailures failures;
    persistence::MySqlTenantStores stores;
    persistence::MySqlPasswordSealing sealing;
    domain::UserService users;  // most of its verbs work without the pepper, as a suspension must
    domain::TenantService tenants;
    domain::TransferService transfers;
    domain::DeadKeyService deadKeys;
    domain::MigrationService migrations;

    // Made for the first service that needs the pepper, since verbs of tenants work without it.
    std::unique_ptr<const domain::secrets::Hasher> hasher;
    std::optional<domain::Throttle> throttle;
    std::optional<domain::OperatorKeyService> keys;
    std::optional<domain::PepperService> peppers;
};

// Pauses for as long as the database worked, so that the service beside it gets the database.
void rest(std::chrono::microseconds worked) {
    std::this_thread::sleep_for(worked);
}

// The objects of `claviger prune`. It reads only the password of its own account.
struct PruneParts {
    explicit PruneParts(const domain::Settings& settings)
        : connections(settings.database, persistence::Account::kPrune),
          transactions(connections, fence),
          rows(connections, transactions),
          service(rows, clock, rest) {}

    domain::SystemClock clock;
    persistence::Connections connections;
    domain::NoFence fence;
    persistence::Transactions transactions;
    persistence::MySqlOldRows rows;
    domain::PruneService service;
};

// Reads the configuration on the first use of a service, so that a verb can also report a broken one.
class Composition final : public Services {
public:
    explicit Composition(std::filesystem::path configuration) : configuration_(std::move(configuration)) {}

    domain::TenantService& tenants() override { return migrated().tenants; }
    domain::TransferService& transfers() override { return migrated().transfers; }
    domain::DeadKeyService& deadKeys() override { return migrated().deadKeys; }
    domain::UserService& users() override { return migrated().users; }
    domain::OperatorKeyService& keys() override { return *withPepper(migrated()).keys; }
    domain::PepperService& peppers() override { return *withPepper(migrated()).peppers; }

    domain::PruneService& pruning() override {
        if (!pruneParts_) pruneParts_.emplace(domain::Settings::load(configuration_, domain::currentEnvironment()));
        return pruneParts_->service;
    }

    PepperFile pepperFile() override {
        const auto& hasher = parts().pepper();
        const auto* const other = hasher.other();
        return {parts().settings.pepperFile, hasher.pepperVersion(),
                other != nullptr ? std::optional(other->pepperVersion()) : std::nullopt, hasher.fingerprints()};
    }

    void rehearse() override { parts().connections.rehearse(); }
    domain::MigrationService& migrations() override { return parts().migrations; }
    int newestTenantVersion() override { return parts().migrator.newestTenantVersion(); }

    domain::Findings examine() override {
        std::optional<domain::Settings> settings;
        try {
            settings = domain::Settings::load(configuration_, domain::currentEnvironment());
        } catch (const domain::BadConfiguration& bad) {
            return {{domain::Severity::kSerious, "configuration", bad.what(), "Correct the configuration."}};
        }
        domain::Findings findings{domain::checkConfiguration(configuration_)};
        for (auto& finding : domain::checkFiles(*settings)) findings.push_back(std::move(finding));
        for (auto& finding : persistence::examineDatabase(*settings)) findings.push_back(std::move(finding));
        return findings;
    }

private:
    Parts& parts() {
        if (!parts_) parts_.emplace(domain::Settings::load(configuration_, domain::currentEnvironment()));
        return *parts_;
    }

    static Parts& withPepper(Parts& parts) {
        if (!parts.keys) {
            (void)parts.pepper();
            parts.keys.emplace(parts.stores, *parts.hasher, parts.clock, operatorOrigin());
            parts.peppers.emplace(parts.registry, parts.stores, parts.sealing, *parts.hasher, parts.clock);
        }
        return parts;
    }

    // Returns the parts once the control schema is known to fit this release. Throws Failure otherwise.
    Parts& migrated() {
        if (checked_) return *parts_;
        const auto& migrator = parts().migrator;
        const int version = migrator.controlVersion();
        if (version == 0)
            throw Failure(ExitStatus::kFailed, "control_schema_missing", "the control schema is not there yet",
                          "Run `claviger migrate` first.");
        if (version < migrator.newestControlVersion())
            throw Failure(ExitStatus::kFailed, "control_schema_behind", "the control schema is behind this release",
                          "Run `claviger migrate` first.");
        checked_ = true;
        return *parts_;
    }

    const std::filesystem::path configuration_;
    std::optional<Parts> parts_;
    std::optional<PruneParts> pruneParts_;
    bool checked_ = false;
};

}  // namespace

std::unique_ptr<Services> composeServices(const std::filesystem::path& configuration) {
    return std::make_unique<Composition>(configuration);
}

}  // namespace claviger::cli

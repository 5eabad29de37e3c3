#include "cli/composition.h"

#include "cli/failure.h"
#include "domain/configuration/settings.h"
#include "domain/secrets/password_hasher.h"
#include "persistence/connection/connections.h"
#include "persistence/control/mysql_tenant_registry.h"
#include "persistence/control/mysql_tenant_schemas.h"
#include "persistence/schema/migrator.h"
#include "persistence/tenant/mysql_tenant_stores.h"

namespace claviger::cli {
namespace {

// Everything that the tool is made of, in order of dependence. Making it hashes nothing and connects to nothing.
class Composition final : public Services {
public:
    explicit Composition(const domain::Settings& settings)
        : passwords_({settings.passwords.memoryMib, settings.passwords.passes}),
          connections_(settings.database, persistence::Account::kTool),
          migrator_(connections_, settings.migrationsFolder, settings.database.workerUser),
          registry_(connections_),
          schemas_(connections_, migrator_),
          stores_(connections_),
          tenants_(registry_, schemas_, clock_),
          users_(stores_, passwords_, clock_),
          migrations_(registry_, schemas_, migrator_) {}

    domain::TenantService& tenants() override { return checkControlSchema(), tenants_; }
    domain::UserService& users() override { return checkControlSchema(), users_; }
    domain::MigrationService& migrations() override { return migrations_; }
    int newestTenantVersion() override { return migrator_.newestTenantVersion(); }

private:
    void checkControlSchema() {
        if (checked_) return;
        const int version = migrator_.controlVersion();
        if (version == 0)
            throw Failure(ExitStatus::kFailed, "control_schema_missing", "the control schema is not there yet",
                          "Run `claviger migrate` first.");
        if (version < migrator_.newestControlVersion())
            throw Failure(ExitStatus::kFailed, "control_schema_behind", "the control schema is behind this release",
                          "Run `claviger migrate` first.");
        checked_ = true;
    }

    domain::SystemClock clock_;
    domain::secrets::PasswordHasher passwords_;
    persistence::Connections connections_;
    persistence::Migrator migrator_;
    persistence::MySqlTenantRegistry registry_;
    persistence::MySqlTenantSchemas schemas_;
    persistence::MySqlTenantStores stores_;
    domain::TenantService tenants_;
    domain::UserService users_;
    domain::MigrationService migrations_;
    bool checked_ = false;
};

}  // namespace

std::unique_ptr<Services> composeServices(const std::filesystem::path& configuration) {
    return std::make_unique<Composition>(domain::Settings::load(configuration, domain::currentEnvironment()));
}

}  // namespace claviger::cli

#include "tests/migration/migration_fixture.h"

#include <fstream>

namespace claviger::tests {

namespace fs = std::filesystem;

void MigrationFixture::setUp() {
    folder_ = fs::temp_directory_path() / uniqueName();
    fs::copy(testSettings().migrationsFolder, folder_, fs::copy_options::recursive);

    const auto slug = domain::TenantSlug::parse(uniqueName()).value();
    const auto now = domain::SystemClock().now();
    tenant_.emplace(domain::Tenant{domain::TenantId::make(now), slug, "Tenant", domain::TenantStatus::kActive,
                                   domain::SchemaName::of(slug), 0});
    const auto host = domain::HostName::parse(slug.text() + ".test").value();
    CPPUNIT_ASSERT(database().registry().add(*tenant_, host, now).ok());
}

void MigrationFixture::tearDown() {
    fs::remove_all(folder_);
}

persistence::Migrator MigrationFixture::migrator() const {
    return {database().tool(), folder_, testSettings().database.workerUser};
}

void MigrationFixture::writeTenantMigration(const std::string& name, const std::string& sql) const {
    std::ofstream(folder_ / "tenant" / (name + ".sql")) << sql;
}

void MigrationFixture::removeTenantMigration(const std::string& name) const {
    fs::remove(folder_ / "tenant" / (name + ".sql"));
}

void MigrationFixture::bringUp() const {
    const auto current = migrator();
    persistence::MySqlTenantSchemas(database().tool(), database().toolTransactions(), current).bringUp(*tenant_);
}

std::string MigrationFixture::refusal() const {
    try {
        bringUp();
    } catch (const persistence::MigrationRefused& refused) {
        return refused.what();
    }
    return {};
}

void MigrationFixture::forgetAfter(int version) const {
    database().execute(*tenant_, "DELETE FROM {schema}.schema_migrations WHERE version > " + std::to_string(version));
}

MigrationFixture::EarlierHost::EarlierHost() {
    database().tool().borrow()->execute(
        "INSERT INTO claviger.nodes (board_id, registered_at, renewed_at) "
        "VALUES (REPEAT('e', 16), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
}

MigrationFixture::EarlierHost::~EarlierHost() {
    database().tool().borrow()->execute("DELETE FROM claviger.nodes WHERE board_id = REPEAT('e', 16)");
}

int MigrationFixture::recorded() const {
    return static_cast<int>(database().count(*tenant_, "schema_migrations"));
}

int MigrationFixture::schemaVersion() const {
    return database().registry().findBySlug(tenant_->slug)->schemaVersion;
}

bool MigrationFixture::hasColumn(const std::string& table, const std::string& column) const {
    return !database().query(*tenant_, "SHOW COLUMNS FROM {schema}." + table + " LIKE '" + column + "'").empty();
}

}  // namespace claviger::tests

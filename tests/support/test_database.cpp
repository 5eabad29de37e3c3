#include "tests/support/test_database.h"

#include <cstdlib>
#include <random>
#include <stdexcept>

namespace claviger::tests {
namespace {

std::string withSchema(std::string sql, const domain::Tenant& tenant) {
    const std::string place = "{schema}";
    for (auto at = sql.find(place); at != std::string::npos; at = sql.find(place))
        sql.replace(at, place.size(), "`" + tenant.schema.text() + "`");
    return sql;
}

}  // namespace

const domain::Settings& testSettings() {
    static const domain::Settings settings = [] {
        const char* file = std::getenv("TEST_CONFIG");
        if (file == nullptr) throw std::runtime_error("TEST_CONFIG is not set: run these tests by ./claviger test");
        return domain::Settings::load(file, {});
    }();
    return settings;
}

std::string uniqueName() {
    static std::random_device random;
    std::string name = "t-";
    for (int i = 0; i < 16; ++i) name += "0123456789abcdef"[random() % 16];
    return name;
}

TestDatabase& TestDatabase::instance() {
    static TestDatabase database;
    return database;
}

TestDatabase::TestDatabase()
    : tool_(testSettings().database, persistence::Account::kTool),
      worker_(testSettings().database, persistence::Account::kWorker),
      toolTransactions_(tool_, fence_),
      transactions_(worker_, fence_),
      migrator_(tool_, testSettings().migrationsFolder, testSettings().database.workerUser),
      registry_(tool_, toolTransactions_),
      schemas_(tool_, toolTransactions_, migrator_),
      tenants_(registry_, schemas_, clock_) {
    migrator_.bringUpControl();
}

domain::Tenant TestDatabase::makeTenant() {
    const auto name = uniqueName();
    const auto created = tenants_.create(
        {domain::TenantSlug::parse(name).value(), domain::HostName::parse(name + ".test").value(), "Tenant " + name});
    if (!created.ok()) throw std::runtime_error("no test tenant: " + created.error().detail);
    return created.value().details.tenant;
}

void TestDatabase::execute(const domain::Tenant& tenant, std::string sql) {
    query(tenant, std::move(sql));
}

RawConnection::Table TestDatabase::query(const domain::Tenant& tenant, std::string sql) {
    static RawConnection connection(testSettings().database, persistence::Account::kTool);
    return connection.run(withSchema(std::move(sql), tenant));
}

std::int64_t TestDatabase::count(const domain::Tenant& tenant, const std::string& tableAndCondition) {
    return std::stoll(query(tenant, "SELECT COUNT(*) FROM {schema}." + tableAndCondition).at(0).at(0).value());
}

}  // namespace claviger::tests

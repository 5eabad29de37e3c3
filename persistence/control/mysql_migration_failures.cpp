#include "persistence/control/mysql_migration_failures.h"

#include "persistence/connection/columns.h"
#include "persistence/connection/errors.h"

namespace claviger::persistence {
namespace {

// Bookkeeping of the tool, like schema_migrations. No migration creates it, since it must record failed migrations.
constexpr Sql kCreate =
    "CREATE TABLE IF NOT EXISTS claviger.migration_failures (tenant_id BINARY(16) NOT NULL PRIMARY KEY, "
    "reason VARBINARY(4000) NOT NULL, failed_at DATETIME(6) NOT NULL)";
constexpr Sql kAll = "SELECT tenant_id, reason, failed_at FROM claviger.migration_failures";
constexpr Sql kRecord = "REPLACE INTO claviger.migration_failures (tenant_id, reason, failed_at) VALUES (?, ?, ?)";
constexpr Sql kClear = "DELETE FROM claviger.migration_failures WHERE tenant_id = ?";

constexpr unsigned kNoTable = 1146;
constexpr std::size_t kLongestReason = 4000;  // bytes

}  // namespace

std::vector<MySqlMigrationFailures::Failure> MySqlMigrationFailures::all() const {
    const auto connection = connections_.borrow();
    try {
        return connection->query(kAll).map([](const Row& row) {
            return Failure{idAt<domain::TenantId>(row, 0), row.text(1), row.timestamp(2)};
        });
    } catch (const DatabaseError& error) {
        if (error.number() == kNoTable) return {};
        throw;
    }
}

void MySqlMigrationFailures::record(const Failure& failure) {
    const auto connection = connections_.borrow();
    connection->execute(kCreate);
    connection->execute(kRecord,
                        {bytesOf(failure.tenant), Bytes{failure.reason.substr(0, kLongestReason)}, failure.failedAt});
}

void MySqlMigrationFailures::clear(const domain::TenantId& tenant) {
    const auto connection = connections_.borrow();
    try {
        connection->execute(kClear, {bytesOf(tenant)});
    } catch (const DatabaseError& error) {
        if (error.number() != kNoTable) throw;
    }
}

}  // namespace claviger::persistence

#include "persistence/doctor/mysql_writer_probe.h"

#include "domain/model/schema_version.h"
#include "persistence/connection/reading.h"

namespace claviger::persistence {
namespace {

// A variable is a number or a word, depending on the server's release. Neither account has the right to write to a
// read-only server. The last column finds out whether the table is there, without which verify fails.
constexpr Sql kLook =
    "SELECT @@global.read_only NOT IN ('0', 'OFF') OR @@global.innodb_read_only NOT IN ('0', 'OFF'), "
    "NOT EXISTS (SELECT 1 FROM claviger.tenants) OR "
    "EXISTS (SELECT 1 FROM claviger.tenants WHERE schema_version >= ?), EXISTS (SELECT 1 FROM claviger.key_index)";

}  // namespace

domain::WriterState MySqlWriterProbe::look() const {
    domain::WriterState state{};
    runReading(connections_, std::nullopt, [&](Connection& connection) {
        const auto rows = connection.query(kLook, {std::int64_t{domain::kTenantSchemaVersion}});
        state = {rows[0].integer(0) == 0, rows[0].integer(1) != 0};
    });
    return state;
}

}  // namespace claviger::persistence

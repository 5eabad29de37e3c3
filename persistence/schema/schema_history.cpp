#include "persistence/schema/schema_history.h"

#include <algorithm>
#include <array>

#include "persistence/connection/errors.h"

namespace claviger::persistence {
namespace {

constexpr Sql kCreateSchema = "CREATE SCHEMA IF NOT EXISTS {schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
constexpr Sql kCreate =
    "CREATE TABLE IF NOT EXISTS {schema}.schema_migrations (version INT NOT NULL PRIMARY KEY, "
    "name VARCHAR(100) NOT NULL, checksum BINARY(32) NOT NULL, applied_at DATETIME(6) NOT NULL)";
constexpr Sql kRead = "SELECT version, name, checksum FROM {schema}.schema_migrations ORDER BY version";
constexpr Sql kAdd =
    "INSERT INTO {schema}.schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, UTC_TIMESTAMP(6))";
constexpr Sql kTables = "SHOW TABLES FROM {schema}";

constexpr unsigned kNoSchema = 1049;
constexpr unsigned kNoTable = 1146;

// A column or index that is there already, or gone already: an earlier run was killed after the change and before its
// row. (MySQL has no ADD COLUMN IF NOT EXISTS.)
bool saysDoneBefore(const DatabaseError& error) {
    constexpr std::array kDoneBefore = {1060U, 1061U, 1091U};
    return std::find(kDoneBefore.begin(), kDoneBefore.end(), error.number()) != kDoneBefore.end();
}

Values rowOf(const Migration& migration) {
    return {std::int64_t{migration.version}, Text{migration.name}, Bytes{migration.checksum}};
}

}  // namespace

std::string problemOf(const std::vector<Applied>& history, const std::vector<Migration>& files) {
    for (std::size_t i = 0; i < history.size(); ++i) {
        const auto& applied = history[i];
        if (i >= files.size()) return "migration " + applied.name + " is unknown: a newer program has been here";
        const auto& file = files[i];
        if (applied.version != file.version) return "migration " + file.name + " is missing from its history";
        if (applied.checksum != file.checksum)
            return "migration " + file.name + " was edited after it was applied; undo that and add a new one";
    }
    return {};
}

void SchemaHistory::create() {
    connection_.execute(kCreateSchema, {}, names_);
    connection_.execute(kCreate, {}, names_);
}

std::vector<Applied> SchemaHistory::read() const {
    try {
        return connection_.query(kRead, {}, names_).map([](const Row& row) {
            return Applied{static_cast<int>(row.integer(0)), row.text(1), row.text(2)};
        });
    } catch (const DatabaseError& error) {
        if (error.number() == kNoSchema || error.number() == kNoTable) return {};
        throw;
    }
}

void SchemaHistory::apply(const Migration& migration) {
    try {
        connection_.executeMigration(migration.text, names_);
    } catch (const DatabaseError& error) {
        if (!saysDoneBefore(error)) throw;
    }
    connection_.execute(kAdd, rowOf(migration), names_);
}

bool SchemaHistory::hasOtherTables() const {
    try {
        const auto tables = connection_.query(kTables, {}, names_).map([](const Row& row) { return row.text(0); });
        return std::any_of(tables.begin(), tables.end(), [](const auto& name) { return name != "schema_migrations"; });
    } catch (const DatabaseError& error) {
        if (error.number() == kNoSchema) return false;
        throw;
    }
}

void SchemaHistory::applyBaseline(const Baseline& baseline, const std::vector<Migration>& migrations) {
    for (const auto& table : baseline.tables) connection_.executeMigration(table.text, names_);
    connection_.begin();
    for (const auto& migration : migrations)
        if (migration.version <= baseline.version) connection_.executeLater(kAdd, rowOf(migration), names_);
    connection_.commit();
}

}  // namespace claviger::persistence

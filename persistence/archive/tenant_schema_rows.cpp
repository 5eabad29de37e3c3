#include "persistence/archive/tenant_schema_rows.h"

#include <map>
#include <stdexcept>

#include "persistence/connection/errors.h"

namespace claviger::persistence {
namespace {

using domain::ArchiveCells;
using domain::ArchiveTable;
using domain::CellKind;

constexpr Sql kColumns =
    "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = ? "
    "AND table_name <> 'schema_migrations' AND COALESCE(generation_expression, '') = '' "
    "ORDER BY table_name, ordinal_position";
constexpr Sql kRead = "SELECT {columns} FROM {schema}.{table}";
constexpr Sql kInsert = "INSERT INTO {schema}.{table} ({columns}) VALUES {rows}";

CellKind kindOf(const std::string& type) {
    static const std::map<std::string, CellKind> kKinds{
        {"tinyint", CellKind::kInteger}, {"int", CellKind::kInteger},  {"bigint", CellKind::kInteger},
        {"varchar", CellKind::kText},    {"binary", CellKind::kBytes}, {"varbinary", CellKind::kBytes},
        {"datetime", CellKind::kMoment}};
    const auto kind = kKinds.find(type);
    if (kind == kKinds.end()) throw std::logic_error("no export knows columns of type " + type);
    return kind->second;
}

Names namesOf(const domain::SchemaName& schema, const ArchiveTable& table) {
    std::vector<std::string> columns;
    for (const auto& column : table.columns) columns.push_back(column.name);
    return {{"schema", Identifier::schema(schema)},
            {"table", Identifier::table(table.name)},
            {"columns", Identifier::columns(columns)}};
}

Value valueOf(CellKind kind, const std::optional<std::string>& cell) {
    if (!cell) return Null{};
    if (kind == CellKind::kBytes) return Bytes{*cell};
    if (kind == CellKind::kInteger) return std::int64_t{std::stoll(*cell)};
    return Text{*cell};
}

Values valuesOf(const ArchiveTable& table, const ArchiveCells& cells) {
    Values values;
    values.reserve(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) values.push_back(valueOf(table.columns.at(i).kind, cells[i]));
    return values;
}

}  // namespace

std::vector<ArchiveTable> tablesOf(Connection& connection, const domain::SchemaName& schema) {
    std::vector<ArchiveTable> tables;
    const auto rows = connection.query(kColumns, {Text{schema.text()}});
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = rows[i];
        if (tables.empty() || tables.back().name != row.text(0)) tables.push_back({row.text(0), {}});
        tables.back().columns.push_back({row.text(1), kindOf(row.text(2))});
    }
    return tables;
}

void streamTable(Connection& connection, const domain::SchemaName& schema, const ArchiveTable& table,
                 domain::ArchiveSink& sink) {
    sink.table(table);
    connection.stream(kRead, namesOf(schema, table), [&](const ArchiveCells& cells) { sink.row(cells); });
}

void insertRows(Connection& connection, const domain::SchemaName& schema, const ArchiveTable& table,
                const std::vector<ArchiveCells>& rows) {
    std::vector<Values> values;
    values.reserve(rows.size());
    for (const auto& row : rows) values.push_back(valuesOf(table, row));
    try {
        connection.executeOnRows(kInsert, values, namesOf(schema, table));
    } catch (const DatabaseError& refused) {
        throw domain::ArchiveRefused("a row of table " + table.name + " does not fit: " + refused.what());
    }
}

}  // namespace claviger::persistence

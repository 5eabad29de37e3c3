#pragma once

#include <vector>

#include "domain/tenants/tenant_archive.h"
#include "persistence/connection/connection.h"

namespace claviger::persistence {

// The tables of the schema with their columns, as the server knows them: all but the migrations' history, and no column
// that the server computes. Nothing where there is no such schema. Throws std::logic_error for a type that no migration
// has used so far.
std::vector<domain::ArchiveTable> tablesOf(Connection&, const domain::SchemaName&);

// Reads all rows of one table.
void streamTable(Connection&, const domain::SchemaName&, const domain::ArchiveTable&, domain::ArchiveSink&);

// Adds the rows in one statement. Throws domain::ArchiveRefused if a value does not fit its column.
void insertRows(Connection&, const domain::SchemaName&, const domain::ArchiveTable&,
                const std::vector<domain::ArchiveCells>&);

}  // namespace claviger::persistence

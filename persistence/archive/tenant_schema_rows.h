#pragma once

#include <vector>

#include "domain/ports/control/tenant_archive.h"
#include "persistence/connection/connection.h"

namespace claviger::persistence {

// The tables of the schema with their columns, by name, as the server reports them. Without schema_migrations, and
// without generated columns. Empty if there is no such schema. Throws std::logic_error for a type that no migration has
// used so far.
std::vector<domain::ArchiveTable> tablesOf(Connection&, const domain::SchemaName&);

// Passes the table, then all of its rows, to the sink. The sink must run no statement on this connection.
void streamTable(Connection&, const domain::SchemaName&, const domain::ArchiveTable&, domain::ArchiveSink&);

// Adds the rows, at least one, in one statement. Throws domain::ArchiveRefused if the server refuses a row: then none
// was added.
void insertRows(Connection&, const domain::SchemaName&, const domain::ArchiveTable&,
                const std::vector<domain::ArchiveCells>&);

}  // namespace claviger::persistence

#pragma once

#include <string>
#include <vector>

#include "persistence/connection/connection.h"
#include "persistence/schema/migration_files.h"

namespace claviger::persistence {

// A row of a schema's table schema_migrations.
struct Applied {
    int version;
    std::string name;
    std::string checksum;
};

// Returns why a schema with this history cannot be migrated with these files. Empty if it can.
std::string problemOf(const std::vector<Applied>&, const std::vector<Migration>&);

// The table schema_migrations of one schema. Throws what Connection throws. For one thread.
class SchemaHistory {
public:
    // The connection must outlive this.
    SchemaHistory(Connection& connection, const Identifier& schema)
        : connection_(connection), names_{{"schema", schema}} {}

    void create();                      // the schema and the table, if they are missing
    std::vector<Applied> read() const;  // by version; empty if there is no such schema or table
    void apply(const Migration&);       // runs the migration, then adds its row; a change that is there already is ok

    // False also where there is no schema.
    bool hasOtherTables() const;

    // Makes the baseline's tables, then in one transaction the rows of the migrations that they stand for. A run that
    // is killed before COMMIT leaves tables without rows. The migrations finish them.
    void applyBaseline(const Baseline&, const std::vector<Migration>&);

private:
    Connection& connection_;
    Names names_;
};

}  // namespace claviger::persistence

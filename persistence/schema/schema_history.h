#pragma once

#include <string>
#include <vector>

#include "persistence/connection/connection.h"
#include "persistence/schema/migration_files.h"

namespace claviger::persistence {

// A migration as a schema's table schema_migrations remembers it.
struct Applied {
    int version;
    std::string name;
    std::string checksum;
};

// Why a schema with this history cannot be migrated with these files; empty if it can.
std::string problemOf(const std::vector<Applied>&, const std::vector<Migration>&);

// The table schema_migrations of one schema.
class SchemaHistory {
public:
    SchemaHistory(Connection& connection, const Identifier& schema)
        : connection_(connection), names_{{"schema", schema}} {}

    void create();                      // already so is ok
    std::vector<Applied> read() const;  // by version; nothing where there is no such schema or table
    void apply(const Migration&);       // the migration itself, then its row

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

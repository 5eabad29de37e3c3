#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace claviger::persistence {

// One file NNNN_what.sql: comments that say why, and one statement.
struct Migration {
    int version;
    std::string name;  // the file's, without .sql
    std::string text;
    std::string checksum;  // SHA-256 of the text, 32 bytes
};

// The tables that the migrations 1 to `version` make, one CREATE TABLE IF NOT EXISTS a file. A new schema starts with
// them, so that making one takes no longer with each migration.
struct Baseline {
    int version;
    std::vector<Migration> tables;  // not empty; the version of each is the baseline's
};

// Reads the migrations in a folder, by version: 1, 2, 3 … without a gap. Ignores files that do not end in .sql.
// Throws std::runtime_error for a folder that cannot be read or has no migration. Throws it also for a file that cannot
// be read or has a wrong name or number. The text names the folder or the file.
std::vector<Migration> readMigrations(const std::filesystem::path& folder);

// Reads the baseline in a folder, tables by name. Throws like readMigrations(), and if two files differ in their number.
Baseline readBaseline(const std::filesystem::path& folder);

}  // namespace claviger::persistence

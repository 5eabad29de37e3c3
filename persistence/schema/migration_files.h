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

// The migrations in a folder, by version: 1, 2, 3 … without a gap.
// Throws std::runtime_error, naming the file, if the folder cannot be read, is empty or holds anything else.
std::vector<Migration> readMigrations(const std::filesystem::path& folder);

// The baseline in a folder, tables by name.
// Throws std::runtime_error, naming the file, if the folder cannot be read, is empty, holds anything else, or two files
// differ in their number.
Baseline readBaseline(const std::filesystem::path& folder);

}  // namespace claviger::persistence

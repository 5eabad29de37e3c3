#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "domain/base/clock.h"
#include "persistence/connection/identifier.h"
#include "persistence/connection/sql.h"

namespace claviger::persistence {

struct Null {};  // SQL's NULL

// For BINARY and VARBINARY columns.
struct Bytes {
    std::string value;
};

// For VARCHAR columns: UTF-8.
struct Text {
    std::string value;
};

// For `IN (?)` on a BINARY column. Must not be empty. This is not checked here: the server refuses `IN ()`.
struct ListOfBytes {
    std::vector<std::string> values;
};

using Value = std::variant<Null, std::int64_t, Bytes, Text, domain::Timestamp, ListOfBytes>;
using Values = std::vector<Value>;

// Rows of equal length, as a derived table with the columns c1, c2, … There must be at least one row and one column.
// This is not checked here.
using Tuples = std::vector<Values>;

// The identifiers that replace {name} in a statement.
using Names = std::vector<std::pair<std::string_view, Identifier>>;

// Returns the statement as it is sent: each `?` replaced by its value, each {name} by its identifier. A value cannot
// become SQL: bytes and text are written as hexadecimal digits, numbers in decimal, times as digits.
// Throws std::logic_error if places and values do not match. All functions that take Names throw it for a name that is
// unknown or not closed.
std::string compose(Sql, const Values&, const Names&);

// For prepared statements (MariaDB, where EXECUTE takes any expression; not on a Galera node). The template keeps a `?`
// for each value. PREPARE gives such a text a name. EXECUTE runs the statement of that name with the values. There must
// be at least one, and none may be a list.
std::string composeTemplate(Sql, const Names&);
std::string composePrepare(const std::string& name, const std::string& text);
std::string composeExecute(const std::string& name, const Values&);

// The statement with `{tuples}` replaced by the tuples. A `?` in it is not replaced.
std::string composeOnTuples(Sql, const Tuples&, const Names&);

// The statement with `{rows}` replaced by the rows, each in parentheses. A `?` in it is not replaced.
std::string composeOnRows(Sql, const std::vector<Values>&, const Names&);

// A migration's text with its names replaced. A `?` in it has no meaning.
std::string composeMigration(std::string_view, const Names&);

}  // namespace claviger::persistence

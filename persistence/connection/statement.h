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

struct Null {};

// For BINARY and VARBINARY columns.
struct Bytes {
    std::string value;
};

// For VARCHAR columns: UTF-8.
struct Text {
    std::string value;
};

// For `IN (?)` on a BINARY column; not empty.
struct ListOfBytes {
    std::vector<std::string> values;
};

using Value = std::variant<Null, std::int64_t, Bytes, Text, domain::Timestamp, ListOfBytes>;
using Values = std::vector<Value>;

// Rows of equal length, as a derived table with the columns c1, c2, … Neither is empty.
using Tuples = std::vector<Values>;

// What stands for {name} in a statement.
using Names = std::vector<std::pair<std::string_view, Identifier>>;

// The statement as it is sent. No value can end the place where it stands: bytes and text go as hexadecimal
// digits, numbers in decimal, times as digits.
// Throws std::logic_error if places and values do not match.
std::string compose(Sql, const Values&, const Names&);

// The same for a server that prepares it (MariaDB, where EXECUTE takes any expression): the statement with a `?` for
// each value; the order to prepare such a text under a name; the order to execute what has that name. No value may be a
// list.
std::string composeTemplate(Sql, const Names&);
std::string composePrepare(const std::string& name, const std::string& text);
std::string composeExecute(const std::string& name, const Values&);

// The same with `{tuples}` replaced by the tuples.
std::string composeOnTuples(Sql, const Tuples&, const Names&);

// The same with `{rows}` replaced by the rows, each in parentheses.
std::string composeOnRows(Sql, const std::vector<Values>&, const Names&);

// A migration's text, with its names filled in; a `?` means nothing there.
std::string composeMigration(std::string_view, const Names&);

}  // namespace claviger::persistence

#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "domain/base/error.h"

namespace claviger::persistence {

// The connection is lost or no longer usable, or could not be made. It is unknown whether the last statement ran.
// domain::OutcomeUnknown is another class: code that catches ConnectionLost does not catch it. Both are
// domain::StorageUnavailable.
class ConnectionLost : public domain::StorageUnavailable {
    using StorageUnavailable::StorageUnavailable;
};

// The server refused a statement. In those that raise() throws, what() holds the error's number. It also holds the
// server's text, but only if that text can contain no value of a statement or a row.
class DatabaseError : public std::runtime_error {
public:
    DatabaseError(unsigned number, const std::string& text) : std::runtime_error(text), number_(number) {}
    unsigned number() const { return number_; }

private:
    unsigned number_;
};

// The transaction lost against another one: it waited too long for a lock (1205) or was undone (1213). Or the server
// prepares no more statements (1461), or a prepared statement's table has changed (1615). The caller may roll back and
// run the transaction again from the start.
class Deadlock : public DatabaseError {
    using DatabaseError::DatabaseError;
};

// A unique index has the value already.
class DuplicateKey : public DatabaseError {
public:
    DuplicateKey(unsigned number, const std::string& text, std::string index)
        : DatabaseError(number, text), index_(std::move(index)) {}

    // The index's name, without its table's. Empty if the server's text has none.
    const std::string& index() const { return index_; }

private:
    std::string index_;
};

// An error as the server or the driver reported it.
struct ServerError {
    unsigned number;
    std::string text;
};

enum class Carried { kValues, kNoValues };  // whether the statement contained values

// Whether the connection is not to be used again after this error. True for all errors of the driver, and for those of
// a server that cannot serve now: too many connections, shutdown, outside its cluster, turned read-only.
bool endsConnection(unsigned number);

// Throws the exception of this file that the error's number stands for: ConnectionLost if endsConnection(), otherwise
// DuplicateKey for 1062, Deadlock for its four numbers, DatabaseError for all others. The text of a syntax error is
// reported only with kNoValues.
[[noreturn]] void raise(const ServerError&, Carried);

}  // namespace claviger::persistence

#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "domain/base/error.h"

namespace claviger::persistence {

// The connection is gone, or of no more use. Nothing says whether the last statement ran.
class ConnectionLost : public domain::StorageUnavailable {
    using StorageUnavailable::StorageUnavailable;
};

// The server refused a statement. what() holds the error's number and, where it can hold no value of a
// statement or a row, the server's text.
class DatabaseError : public std::runtime_error {
public:
    DatabaseError(unsigned number, const std::string& text) : std::runtime_error(text), number_(number) {}
    unsigned number() const { return number_; }

private:
    unsigned number_;
};

// The transaction lost against another one, or could not have its statements prepared, and may run again from its
// start.
class Deadlock : public DatabaseError {
    using DatabaseError::DatabaseError;
};

// A unique index has the value already.
class DuplicateKey : public DatabaseError {
public:
    DuplicateKey(unsigned number, const std::string& text, std::string index)
        : DatabaseError(number, text), index_(std::move(index)) {}

    // The index's name, without its table's.
    const std::string& index() const { return index_; }

private:
    std::string index_;
};

// What the server or the driver said.
struct ServerError {
    unsigned number;
    std::string text;
};

enum class Carried { kValues, kNoValues };  // what the statement held

// After such an error the connection is thrown away.
bool endsConnection(unsigned number);

// Throws the one of the exceptions above that fits.
[[noreturn]] void raise(const ServerError&, Carried);

}  // namespace claviger::persistence

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "persistence/connection/driver_connect.h"
#include "persistence/connection/rows.h"
#include "persistence/connection/statement.h"

namespace claviger::persistence {

// One connection to the database, and the only place that talks to the driver. Speaks utf8mb4, UTC, strict mode
// and READ COMMITTED; never reconnects by itself; knows no current schema. For one thread at a time.
//
// Every method throws ConnectionLost when the connection is lost (then alive() is false for good), and the other
// exceptions of errors.h for what the server refuses.
class Connection {
public:
    // Throws domain::StorageUnavailable if it cannot be made in time.
    explicit Connection(const Login&);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    // Runs a statement that answers with rows.
    Rows query(Sql, const Values& = {}, const Names& = {});

    // Runs any other statement. Returns the number of rows that it found or added.
    std::uint64_t execute(Sql, const Values& = {}, const Names& = {});
    std::uint64_t executeOnPairs(Sql, const Pairs&, const Names&);

    // Runs the one statement of a migration's file.
    void executeMigration(std::string_view text, const Names&);

    // Makes the role the only one whose rights the connection has, beside its account's own.
    void takeRole(const Identifier& role);

    bool alive() const { return alive_; }
    void abandon() { alive_ = false; }  // in a state that nobody knows: never to be used again

private:
    struct Driver;

    void setSession(unsigned answerSeconds);
    void send(const std::string& sql, Carried);
    [[noreturn]] void fail(Carried);
    std::uint64_t affected(const std::string& sql, Carried);

    std::unique_ptr<Driver> driver_;
    bool alive_ = true;
    std::optional<Identifier> role_;
};

}  // namespace claviger::persistence

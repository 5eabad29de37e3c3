#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/connection/driver_connect.h"
#include "persistence/connection/prepared_statements.h"
#include "persistence/connection/rows.h"
#include "persistence/connection/statement.h"

namespace claviger::persistence {

// One connection to the database, and the only code that calls the driver. Its session has utf8mb4, UTC, strict mode
// and READ COMMITTED. It also sets the session variables that could change the effect of its statements. It never
// reconnects by itself, and it has no current schema. For one thread at a time.
//
// A statement with values is prepared at its second use (prepared_statements.h), but only on MariaDB, and not on a
// Galera node. Statements with a list, with tuples or with rows are never prepared. After error 1461 this process
// prepares no more statements. After a failed statement the count of uses begins anew.
//
// A wait for a lock ends with error 1205 after the time-out of an answer less one second, at least 1 s and at most 10
// s.
//
// Every method that sends a statement throws ConnectionLost if the connection is lost; alive() is false from then on.
// If the server sends more or fewer answers than there are statements, it abandons the connection and throws
// std::logic_error. It throws the other exceptions of errors.h if the server refuses a statement. The caller then ends
// an open transaction by rollBack(). After Deadlock with error 1213 within a transaction, each method that sends a
// statement throws Deadlock again, until rollBack(). Reason: the server has rolled the transaction back, and would run
// and commit later statements outside of it. Deferring a statement does not throw it.
class Connection {
public:
    // Connects and sets up the session, in one round trip after the login. Throws ConnectionLost if the server cannot
    // be reached in time or is outside its cluster: another server may serve. Throws a plain domain::StorageUnavailable
    // if the server refuses the login, is full (1040), or has no valid certificate. Throws DatabaseError if it refuses
    // a session variable.
    explicit Connection(const Login&);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    // Runs a statement that returns rows. Throws std::logic_error if it has no result, not even an empty one.
    Rows query(Sql, const Values& = {}, const Names& = {});

    // Runs a statement that has no result. Returns the number of rows that it found, added or deleted; an UPDATE also
    // counts found rows that it leaves as they are. Throws std::logic_error if the statement has a result.
    // executeOnTuples() puts the tuples in the place of {tuples} (statement.h).
    std::uint64_t execute(Sql, const Values& = {}, const Names& = {});
    std::uint64_t executeOnTuples(Sql, const Tuples&, const Names&);

    // Defers a statement; sends nothing, and throws nothing of the server. The next call of query(), execute…() or
    // commit…() sends it in one message with its own, so it costs no round trip. (On a Galera node it does cost one
    // within a transaction.) If it fails, that later call throws its error, and no statement after it has run. Its rows
    // are dropped. A statement with rows must not be deferred until COMMIT. If no call follows, it waits, also in the
    // pool: the next borrower sends it.
    void executeLater(Sql, const Values& = {}, const Names& = {});

    // Sends the deferred statements now, if there are any. Throws the error of the first one that fails.
    void sendDeferred();

    // A transaction. begin() is deferred as well. rollBack() drops the deferred statements and sends ROLLBACK at once.
    void begin();
    void rollBack();

    // Sends the deferred statements and COMMIT in one round trip (on a Galera node one by one). With kTogether MariaDB
    // returns one result for all of them. kEach is for statements of which several may wait for a lock: the time-out of
    // an answer then counts anew for each. commitAndQuery() runs one more query after COMMIT. It returns nullopt if
    // only that query failed: the transaction is committed.
    //
    // Both throw the error of a statement before COMMIT, or Deadlock, also as the answer to COMMIT. In these cases
    // nothing is committed. They throw domain::OutcomeUnknown if COMMIT itself fails in another way, or the connection
    // is lost, even before COMMIT was sent. They also throw it if it cannot be found out whether COMMIT ran. After it,
    // alive() is false.
    enum class Answered { kTogether, kEach };
    void commit(Answered = Answered::kTogether);
    std::optional<Rows> commitAndQuery(Sql, Answered = Answered::kTogether);

    // The same as execute(), with the rows, at least one, in the place of {rows}.
    std::uint64_t executeOnRows(Sql, const std::vector<Values>&, const Names&);

    // Runs a query and passes its rows to `take` one after another, without holding them all in memory. `take` must
    // run no other statement on this connection. If `take` throws, the remaining rows are read and dropped. If the
    // connection is lost halfway, `take` has had the first rows. Throws std::logic_error while deferred statements
    // wait, also those of begin() and takeRole(): run a query first.
    using Take = std::function<void(const std::vector<Row::Column>&)>;
    void stream(Sql, const Names&, const Take& take);

    // Runs the one statement of a migration's file. Throws std::logic_error if it has a result.
    void executeMigration(std::string_view text, const Names&);

    // Gives the connection the rights of this role in place of an earlier role's, beside those of its account. It keeps
    // them in later loans, until it takes another role. The statement is deferred, and omitted if the role is taken
    // already. It is not omitted if a statement has failed since, or rollBack() has dropped one.
    void takeRole(const Identifier& role);

    bool alive() const { return alive_; }
    // For a connection whose state is unknown: every later statement throws ConnectionLost. Sends nothing. The server
    // rolls an open transaction back when this is destroyed.
    void abandon() { alive_ = false; }

    // How many messages the server has answered so far. A transaction that is lost before the next answer has stored
    // nothing, unless COMMIT was sent.
    std::uint64_t answers() const { return answers_; }

private:
    struct Driver;

    // The result of one statement.
    struct Answer {
        std::optional<Rows> rows;
        std::uint64_t affected = 0;
    };

    // Deferred statements: they are sent with the next one.
    struct Waiting {
        std::string text;
        std::vector<std::size_t> ends;  // the offset behind each statement's semicolon
        Carried carried = Carried::kNoValues;
    };

    void setSession(unsigned answerSeconds);
    std::string composeFor(Sql, const Values&, const Names&);
    void wait(const std::string& sql, Carried);
    Answer converse(const std::string& sql, Carried);
    Answer send(std::string_view message, std::size_t statements, Carried);
    Answer readAnswer(Carried);
    Answer lastAnswer(std::size_t statements, Carried);
    std::uint64_t affected(const std::string& sql, Carried);
    void requireUsable() const;
    void forget();
    [[noreturn]] void fail(Carried);
    Answer flush();
    std::size_t waitToCommit(Answered);
    template <class Send>
    auto committing(std::size_t ahead, const Send& send) -> decltype(send());
    bool isOpenStill() noexcept;

    std::unique_ptr<Driver> driver_;
    bool alive_ = true;
    bool oneByOne_ = false;  // sends a transaction's statements one by one: the server is a node of a cluster
    bool blocks_ = false;    // the server runs several statements as one block, and prepares statements in text
    PreparedStatements prepared_;
    std::optional<Identifier> role_;
    Waiting waiting_;
    enum class Transaction { kNone, kOpen, kUndone } transaction_ = Transaction::kNone;  // undone: by the server
    std::size_t done_ = 0;  // how many statements of the last message have succeeded
    std::uint64_t answers_ = 0;
};

}  // namespace claviger::persistence

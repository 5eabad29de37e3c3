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

// One connection to the database, and the only place that talks to the driver. Speaks utf8mb4, UTC, strict mode
// and READ COMMITTED, and sets the variables of the session that could change what its statements do. Never reconnects
// by itself; knows no current schema. For one thread at a time.
//
// Every method throws ConnectionLost when the connection is lost (then alive() is false for good), and the other
// exceptions of errors.h for what the server refuses. Once a transaction has lost against another one (Deadlock, 1213),
// the server has rolled it back, and would run and commit what follows outside of it: every method but rollBack()
// throws Deadlock from then on.
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
    std::uint64_t executeOnTuples(Sql, const Tuples&, const Names&);

    // Sends the statement along with the next one whose answer is read: it costs no round trip of its own. What it
    // fails with is thrown there, and nothing behind it has run. Rows that it answers with are dropped; what answers
    // with rows must not wait for a COMMIT. (On a node of Galera it does cost one within a transaction.)
    void executeLater(Sql, const Values& = {}, const Names& = {});

    // A transaction: begin() rides along as well. rollBack() drops what still waits to be sent.
    void begin();
    void rollBack();

    // Commits in one round trip with what waits. MariaDB answers all of that together, unless told to answer each: for
    // statements of which several may wait for a lock, since the time-out of an answer holds for all that it is for.
    // commitAndQuery() asks a question behind it; nothing if only the question failed. Both throw what a statement
    // before COMMIT failed with, or Deadlock: then nothing is committed. They throw domain::OutcomeUnknown if the
    // connection is lost or COMMIT itself fails.
    enum class Answered { kTogether, kEach };
    void commit(Answered = Answered::kTogether);
    std::optional<Rows> commitAndQuery(Sql, Answered = Answered::kTogether);

    // Puts rows, at least one, in the place of {rows}.
    std::uint64_t executeOnRows(Sql, const std::vector<Values>&, const Names&);

    // Runs a statement that answers with rows and hands over one after another, so that they need no memory together.
    // Nothing else may be run on this connection meanwhile. If `take` throws, the rest is read and thrown away.
    using Take = std::function<void(const std::vector<Row::Column>&)>;
    void stream(Sql, const Names&, const Take& take);

    // Runs the one statement of a migration's file.
    void executeMigration(std::string_view text, const Names&);

    // Makes the role the only one whose rights the connection has, beside its account's own; rides along.
    void takeRole(const Identifier& role);

    bool alive() const { return alive_; }
    void abandon() { alive_ = false; }  // in a state that nobody knows: never to be used again

    // How often it has answered so far: a connection that dies before the next answer has done nothing since.
    std::uint64_t answers() const { return answers_; }

private:
    struct Driver;

    // What one statement is answered with.
    struct Answer {
        std::optional<Rows> rows;
        std::uint64_t affected = 0;
    };

    // Statements that go with the next one.
    struct Waiting {
        std::string text;
        std::vector<std::size_t> ends;  // of each in the text, behind its semicolon
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
    bool oneByOne_ = false;  // statements of a transaction, since the server is a node of a cluster
    bool blocks_ = false;    // it runs several as one, and prepares in text
    PreparedStatements prepared_;
    std::optional<Identifier> role_;
    Waiting waiting_;
    enum class Transaction { kNone, kOpen, kUndone } transaction_ = Transaction::kNone;  // undone: by the server
    std::size_t done_ = 0;  // statements of the last message that have been answered without an error
    std::uint64_t answers_ = 0;
};

}  // namespace claviger::persistence

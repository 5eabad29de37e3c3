#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "domain/configuration/settings.h"
#include "persistence/connection/circuit_breaker.h"
#include "persistence/connection/connection.h"
#include "persistence/connection/servers.h"

namespace claviger::persistence {

enum class Account {
    kWorker,  // has few rights of its own, and takes a tenant's role for each unit of work
    kTool,    // has rights on all schemas
    kPrune,   // only deletes old rows
};

// A pool of connections of one account. A thread of a worker holds one connection at a time, and only while it works:
// there are never more connections than threads. Idle connections are kept until they are lost. All connections lead to
// one server. After a failover, connections to the earlier server are closed and not lent again. Thread-safe:
// connecting and closing happen outside the lock.
//
// The setting database.timeout_seconds is the time-out of connecting, and that of an answer. The full time-out of a
// loan is that of an answer, and counts from the call of borrow…(), with connecting.
class Connections {
    using Idle = std::vector<Servers::Placed>;  // last in, first out: the most recently used connection is lent first

public:
    // Reads the account's password file and checks the TLS files. Makes no connection. Throws domain::BadConfiguration
    // if a file or a setting is missing or not valid.
    Connections(const domain::Settings::Database&, Account);
    ~Connections();

    // A borrowed connection. The destructor returns it to the pool, with its role, or closes it if it is lost or leads
    // to an earlier server. It ends no transaction and sends no deferred statement: the next borrower would get both.
    // It reports a success to the circuit breaker if the connection is alive, and otherwise a failure. If it was lost
    // and the full time-out has passed since it was borrowed, the destructor also closes the idle connections of
    // borrow(). The pool must outlive it. For one thread.
    class Lease {
    public:
        Lease(Lease&&) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease();

        Connection& operator*() const { return *connection_; }
        Connection* operator->() const { return connection_.get(); }

        // For a lost connection: true if it was made for an earlier loan, and may have been lost while it was idle. A
        // fresh connection may then succeed. False if the full time-out has passed since it was borrowed: a second wait
        // on a fresh connection would be in vain too.
        bool diedUnseen() const { return age_ == Age::kKept && !question_.waitedLong(); }

    private:
        friend class Connections;
        enum class Age { kFresh, kKept };
        Lease(Connections& owner, Idle& home, Servers::Placed placed, Age age, CircuitBreaker::Question question)
            : owner_(owner),
              home_(home),
              connection_(std::move(placed.connection)),
              server_(placed.server),
              age_(age),
              question_(std::move(question)) {}

        Connections& owner_;
        Idle& home_;
        std::unique_ptr<Connection> connection_;
        std::size_t server_;
        Age age_;
        CircuitBreaker::Question question_;
    };

    // Lends the connection that was returned last. If none is idle, connects and blocks for that time. Throws what
    // Servers::connect throws. Throws domain::StorageUnavailable at once while the circuit breaker refuses
    // (circuit_breaker.h). If connecting ends with StorageUnavailable, that is a failure to the circuit breaker.
    // Another error of the server is not. A lent connection may have been lost while it was idle: its first statement
    // shows it.
    Lease borrow();

    // The same, but always a fresh connection. Closes the idle connections of borrow(): if one is lost, the others are
    // too.
    Lease borrowFresh();

    // A connection with a time-out of one hour for an answer, for changes of a schema and other long statements. These
    // are pooled apart. Throws as borrow() does.
    Lease borrowForSchemaChange();

    Account account() const { return account_; }

    // Dry run: from now on every transaction (transactions.h) ends in a rollback. Other statements take effect as ever.
    // To be called before the first transaction.
    void rehearse() { rehearses_ = true; }
    bool rehearses() const { return rehearses_; }

private:
    Lease borrow(Idle&, unsigned answerSeconds);
    Lease make(Idle&, unsigned answerSeconds, CircuitBreaker::Question);
    std::optional<Servers::Placed> takeIdle(Idle&);
    void giveBack(Idle&, Servers::Placed) noexcept;
    void closeIdle() noexcept;

    const Account account_;
    const unsigned answerSeconds_;
    Servers servers_;
    bool rehearses_ = false;  // set before the first transaction, if at all
    CircuitBreaker breaker_;
    std::mutex mutex_;
    Idle idle_;
    Idle patientIdle_;
};

}  // namespace claviger::persistence

#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "domain/configuration/settings.h"
#include "persistence/connection/connection.h"
#include "persistence/connection/servers.h"
#include "persistence/connection/silence.h"

namespace claviger::persistence {

enum class Account {
    kWorker,  // owns next to nothing and takes a tenant's role for each piece of work
    kTool,    // owns all schemas
    kPrune,   // only deletes old rows
};

// Lends connections. A thread holds one at a time and only while it works, so that there are never more than
// threads. All lead to one server: what leads to the one that served before is not lent again. Thread-safe: connecting
// and closing happen outside the lock.
class Connections {
    using Idle = std::vector<Servers::Placed>;  // last in, first out: the warmest is used, the rest rests

public:
    // Reads the account's password file and looks at those of TLS; connects to nothing. Throws
    // domain::BadConfiguration.
    Connections(const domain::Settings::Database&, Account);
    ~Connections();

    // A connection on loan. On destruction it goes back, or is closed if it has died.
    class Lease {
    public:
        Lease(Lease&&) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease();

        Connection& operator*() const { return *connection_; }
        Connection* operator->() const { return connection_.get(); }

        // It was made for an earlier loan, and may have died unseen since. Not so where it has died of silence: there
        // is no sense in asking on another one what has been waited for in vain.
        bool diedUnseen() const { return age_ == Age::kKept && !question_.waitedLong(); }

    private:
        friend class Connections;
        enum class Age { kFresh, kKept };
        Lease(Connections& owner, Idle& home, Servers::Placed placed, Age age, Silence::Question question)
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
        Silence::Question question_;
    };

    // The one given back last, or a fresh one. Throws domain::StorageUnavailable, at once where the server has fallen
    // silent and somebody else of this process asks it already.
    Lease borrow();

    // The same, and always a fresh one; those not on loan are closed: where one has died, the others have too.
    Lease borrowFresh();

    // One that waits an hour for an answer, for changes of a schema. Throws domain::StorageUnavailable.
    Lease borrowForSchemaChange();

    Account account() const { return account_; }

    // From now on every transaction ends in a rollback: it shows what would happen, and nothing does.
    void rehearse() { rehearses_ = true; }
    bool rehearses() const { return rehearses_; }

private:
    Lease borrow(Idle&, unsigned answerSeconds);
    Lease make(Idle&, unsigned answerSeconds, Silence::Question);
    std::optional<Servers::Placed> takeIdle(Idle&);
    void giveBack(Idle&, Servers::Placed) noexcept;
    void forgetIdle() noexcept;

    const Account account_;
    const unsigned answerSeconds_;
    Servers servers_;
    bool rehearses_ = false;  // set before the first transaction, if at all
    Silence silence_;
    std::mutex mutex_;
    Idle idle_;
    Idle patientIdle_;
};

}  // namespace claviger::persistence

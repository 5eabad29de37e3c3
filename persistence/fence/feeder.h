#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "domain/base/fault_report.h"
#include "persistence/connection/connections.h"
#include "persistence/fence/board.h"

namespace claviger::persistence {

// Keeps the board of one host true: the only one who grants its lease. It asks the database every 100 ms which epochs
// have been raised, and whether other boards are there; a new one makes itself known for half a second first. While it
// does not run, or the database does not answer, the lease lapses and every verdict takes a look at the database. For
// one thread; there is never more than one feeder to a board.
class Feeder {
public:
    // Each fault that lets the lease lapse is reported as a failure, each lease as a success. References must outlive
    // this.
    Feeder(Connections&, Board&, domain::FaultReport&);

    // Waits so long; false if the feeder is to stop.
    using Pause = std::function<bool(std::chrono::milliseconds)>;

    // Feeds until it is to stop; then takes the fence down, and this host out of the nodes. Throws nothing.
    void run(const Pause&);

private:
    using Epochs = std::vector<std::int64_t>;

    void feed(Connection&, const Pause&, bool& stopped);
    bool begin(Connection&, const Pause&);
    bool renew(Connection&);
    void readEpochs(Connection&, Board::Moment askedAt);
    void readBoards(Connection&, Board::Moment askedAt);
    void leave() noexcept;

    Connections& connections_;
    Board& board_;
    domain::FaultReport& faults_;
    Epochs epochs_;               // as of the last reading, by slot
    Board::Moment renewedAt_{0};  // when the last renewal of this host's row began
};

}  // namespace claviger::persistence

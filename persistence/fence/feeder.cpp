#include "persistence/fence/feeder.h"

#include <stdexcept>
#include <utility>

#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

using namespace std::chrono_literals;

constexpr auto kReadEvery = 100ms;
constexpr int kLooks = 4;  // at the nodes, while this host makes itself known
constexpr auto kRetryAfter = 200ms;
constexpr auto kRenewEvery = 1s;
constexpr auto kRenewalLasts = 10s;  // a sixth of what lets others take the row for dead

constexpr Sql kRegister =
    "INSERT INTO claviger.nodes (board_id, registered_at, renewed_at, opens_seals) "
    "VALUES (?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 1) ON DUPLICATE KEY UPDATE renewed_at = UTC_TIMESTAMP(6), "
    "opens_seals = 1";
constexpr Sql kRenew = "UPDATE claviger.nodes SET renewed_at = UTC_TIMESTAMP(6) WHERE board_id = ?";
constexpr Sql kForgetDead = "DELETE FROM claviger.nodes WHERE renewed_at < UTC_TIMESTAMP(6) - INTERVAL 60 SECOND";
constexpr Sql kReadRenewal = "SELECT renewed_at FROM claviger.nodes WHERE board_id = ?";
constexpr Sql kLeave = "DELETE FROM claviger.nodes WHERE board_id = ? AND renewed_at = ?";
constexpr Sql kReadBoards = "SELECT board_id FROM claviger.nodes LIMIT 2";  // two are another's in any case
constexpr Sql kReadEpochs = "SELECT epoch FROM claviger.revocation_epochs ORDER BY slot";

}  // namespace

Feeder::Feeder(Connections& connections, Board& board, domain::FaultReport& faults)
    : connections_(connections), board_(board), faults_(faults) {}

void Feeder::run(const Pause& pause) {
    for (bool stopped = false; !stopped;) {
        try {
            const auto connection = connections_.borrowFresh();
            feed(*connection, pause, stopped);
        } catch (const std::exception& failure) {
            faults_.failed(failure.what());
            stopped = !pause(kRetryAfter);
        }
    }
    leave();
}

// On one connection. With every new one all begins anew: the server behind it may have lost epochs and given them
// again.
void Feeder::feed(Connection& connection, const Pause& pause, bool& stopped) {
    stopped = !begin(connection, pause);
    while (!stopped) {
        const auto askedAt = Board::now();
        if (askedAt - renewedAt_ >= kRenewEvery && !renew(connection)) {
            stopped = !begin(connection, pause);
            continue;
        }
        readEpochs(connection, askedAt);
        readBoards(connection, askedAt);
        stopped = !pause(kReadEvery);
    }
}

// Registered before the epochs are first read, for as long as a host may take itself for alone, and everything raised:
// what was remembered before counts no more, and whoever changes anything from here on waits for this host. Whether
// there are others is looked up meanwhile, so that this host's changes need not wait. False if it is to stop.
bool Feeder::begin(Connection& connection, const Pause& pause) {
    board_.lower();
    epochs_.clear();
    renewedAt_ = Board::now();
    connection.execute(kRegister, {bytesOf(*board_.board())});
    for (int i = 0; i < kLooks; ++i) {
        readBoards(connection, Board::now());
        if (!pause(domain::kSettlingTime / kLooks)) return false;
    }
    readEpochs(connection, Board::Moment{0});
    board_.raiseAll();
    return true;
}

// False if this host may have been out of the nodes meanwhile.
bool Feeder::renew(Connection& connection) {
    const auto begun = Board::now();
    if (begun - renewedAt_ > kRenewalLasts) return false;
    if (connection.execute(kRenew, {bytesOf(*board_.board())}) == 0) return false;
    connection.execute(kForgetDead);
    renewedAt_ = begun;
    return true;
}

// The lease counts from before the question: a change that the answer lacks was committed after it.
void Feeder::readEpochs(Connection& connection, Board::Moment askedAt) {
    auto epochs = connection.query(kReadEpochs).map([](const Row& row) { return row.integer(0); });
    if (epochs.size() != domain::kSlots)
        throw std::runtime_error("revocation_epochs is not whole: run claviger migrate");
    if (!epochs_.empty()) {
        domain::StandingChanges changes;
        for (std::size_t i = 0; i < epochs.size(); ++i)
            if (epochs[i] != epochs_[i]) changes.add(static_cast<domain::Slot>(i));
        board_.raise(changes);
        board_.lease(askedAt + domain::kLease);
        faults_.worked();
    }
    epochs_ = std::move(epochs);
}

// Counts from before the question as well: who registers after it reads no epochs before this has ended.
void Feeder::readBoards(Connection& connection, Board::Moment askedAt) {
    const auto boards = connection.query(kReadBoards);
    const bool alone = boards.empty() || (boards.size() == 1 && boards[0].text(0) == board_.board()->bytes());
    board_.aloneUntil(alone ? askedAt + domain::kLease : Board::Moment{0});
}

// The row is deleted as this feeder has left it: a DELETE that reaches the server late, when this process is gone, must
// not take the row of the next feeder of this board.
void Feeder::leave() noexcept {
    board_.lower();
    try {
        const auto connection = connections_.borrow();
        const auto renewal = connection->query(kReadRenewal, {bytesOf(*board_.board())});
        if (!renewal.empty()) connection->execute(kLeave, {bytesOf(*board_.board()), renewal[0].timestamp(0)});
    } catch (const std::exception& failure) {
        faults_.failed(failure.what());  // the others take the row for dead in a minute
    }
}

}  // namespace claviger::persistence

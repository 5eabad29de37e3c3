#include "persistence/fence/feeder.h"

#include <stdexcept>
#include <utility>

#include "persistence/connection/columns.h"
#include "persistence/fence/recorded_peppers.h"

namespace claviger::persistence {
namespace {

using namespace std::chrono_literals;

constexpr auto kReadEvery = 100ms;
constexpr int kLooks = 4;  // how often it reads `nodes` while this host registers
constexpr auto kRetryAfter = 200ms;
constexpr auto kRenewEvery = 1s;
constexpr auto kRenewalLasts = 10s;  // a sixth of the time after which other feeders delete the row

constexpr Sql kRegister =
    "INSERT INTO claviger.nodes (board_id, registered_at, renewed_at, opens_seals) "
    "VALUES (?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 1) ON DUPLICATE KEY UPDATE renewed_at = UTC_TIMESTAMP(6), "
    "opens_seals = 1";
constexpr Sql kRenew = "UPDATE claviger.nodes SET renewed_at = UTC_TIMESTAMP(6) WHERE board_id = ?";
constexpr Sql kForgetDead = "DELETE FROM claviger.nodes WHERE renewed_at < UTC_TIMESTAMP(6) - INTERVAL 60 SECOND";
constexpr Sql kReadRenewal = "SELECT renewed_at FROM claviger.nodes WHERE board_id = ?";
constexpr Sql kLeave = "DELETE FROM claviger.nodes WHERE board_id = ? AND renewed_at = ?";
constexpr Sql kReadBoards = "SELECT board_id FROM claviger.nodes LIMIT 2";  // of two rows one is another host's
constexpr Sql kReadEpochs = "SELECT epoch FROM claviger.revocation_epochs ORDER BY slot";

}  // namespace

Feeder::Feeder(Connections& connections, Board& board, domain::PepperFingerprints peppers, domain::FaultReport& faults)
    : connections_(connections), board_(board), peppers_(std::move(peppers)), faults_(faults) {}

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

// Polls on one connection. Each new connection begins with begin(): the server behind it may have lost epochs and
// issued them again.
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

// Registers this host, waits kSettlingTime, reads the epochs and raises every slot. After that no earlier cached entry
// is valid. Every revocation from the registration on waits for this host. The wait is longer than another host may
// take itself for the only one. During the wait it looks for other hosts, so that this host's own changes need not
// wait. Returns false if the feeder is to stop.
bool Feeder::begin(Connection& connection, const Pause& pause) {
    board_.lower();
    epochs_.clear();
    renewedAt_ = Board::now();
    recordPeppers(connection, peppers_);
    connection.execute(kRegister, {bytesOf(*board_.board())});
    for (int i = 0; i < kLooks; ++i) {
        readBoards(connection, Board::now());
        if (!pause(domain::kSettlingTime / kLooks)) return false;
    }
    readEpochs(connection, Board::Moment{0});
    board_.raiseAll();
    return true;
}

// Renews this host's row. Returns false if the row may have been missing since the last renewal.
bool Feeder::renew(Connection& connection) {
    const auto begun = Board::now();
    if (begun - renewedAt_ > kRenewalLasts) return false;
    if (connection.execute(kRenew, {bytesOf(*board_.board())}) == 0) return false;
    connection.execute(kForgetDead);
    renewedAt_ = begun;
    return true;
}

// The lease counts from a time before the query. So a change that is missing in the result was committed after that
// time.
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

// The time as the only host counts from before the query as well. A host that registers after the query reads no epochs
// before that time has ended.
void Feeder::readBoards(Connection& connection, Board::Moment askedAt) {
    const auto boards = connection.query(kReadBoards);
    const bool alone = boards.empty() || (boards.size() == 1 && boards[0].text(0) == board_.board()->bytes());
    board_.aloneUntil(alone ? askedAt + domain::kLease : Board::Moment{0});
}

// Deletes the row only with the renewal time that it has now. A DELETE may reach the server late, when this process has
// ended; it must not delete the row of this board's next feeder.
void Feeder::leave() noexcept {
    board_.lower();
    try {
        const auto connection = connections_.borrow();
        const auto renewal = connection->query(kReadRenewal, {bytesOf(*board_.board())});
        if (!renewal.empty()) connection->execute(kLeave, {bytesOf(*board_.board()), renewal[0].timestamp(0)});
    } catch (const std::exception& failure) {
        faults_.failed(failure.what());  // other feeders delete the row after a minute
    }
}

}  // namespace claviger::persistence

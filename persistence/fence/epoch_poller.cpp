#include "persistence/fence/epoch_poller.h"

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
constexpr auto kRenewalLasts = 10s;  // a sixth of the time after which other pollers delete the row

constexpr Sql kRegister =
    "INSERT INTO claviger.nodes (board_id, registered_at, renewed_at, opens_seals) "
    "VALUES (?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 1) ON DUPLICATE KEY UPDATE renewed_at = UTC_TIMESTAMP(6), "
    "opens_seals = 1";
constexpr Sql kRenew = "UPDATE claviger.nodes SET renewed_at = UTC_TIMESTAMP(6) WHERE board_id = ?";
constexpr Sql kDeleteStale = "DELETE FROM claviger.nodes WHERE renewed_at < UTC_TIMESTAMP(6) - INTERVAL 60 SECOND";
constexpr Sql kReadRenewal = "SELECT renewed_at FROM claviger.nodes WHERE board_id = ?";
constexpr Sql kLeave = "DELETE FROM claviger.nodes WHERE board_id = ? AND renewed_at = ?";
constexpr Sql kReadSegments = "SELECT board_id FROM claviger.nodes LIMIT 2";  // of two rows one is another host's
constexpr Sql kReadEpochs = "SELECT epoch FROM claviger.revocation_epochs ORDER BY slot";

}  // namespace

EpochPoller::EpochPoller(Connections& connections, SharedFence& fence, domain::PepperFingerprints peppers,
                         domain::FaultReport& faults)
    : connections_(connections), fence_(fence), peppers_(std::move(peppers)), faults_(faults) {}

void EpochPoller::run(const Pause& pause) {
    for (bool stopped = false; !stopped;) {
        try {
            const auto connection = connections_.borrowFresh();
            poll(*connection, pause, stopped);
        } catch (const std::exception& failure) {
            faults_.failed(failure.what());
            stopped = !pause(kRetryAfter);
        }
    }
    leave();
}

// Polls on one connection. Each new connection begins with begin(): the server behind it may have lost epochs and
// issued them again.
void EpochPoller::poll(Connection& connection, const Pause& pause, bool& stopped) {
    stopped = !begin(connection, pause);
    while (!stopped) {
        const auto askedAt = SharedFence::now();
        if (askedAt - renewedAt_ >= kRenewEvery && !renew(connection)) {
            stopped = !begin(connection, pause);
            continue;
        }
        readEpochs(connection, askedAt);
        readSegments(connection, askedAt);
        stopped = !pause(kReadEvery);
    }
}

// Registers this host, waits kAcknowledgementDelay, reads the epochs and bumps every shard. After that no earlier
// cached entry is valid. Every revocation from the registration on waits for this host. The wait is longer than another
// host may take itself for the only one. During the wait it looks for other hosts, so that this host's own changes need
// not wait. Returns false if the poller is to stop.
bool EpochPoller::begin(Connection& connection, const Pause& pause) {
    fence_.lower();
    epochs_.clear();
    renewedAt_ = SharedFence::now();
    recordPeppers(connection, peppers_);
    connection.execute(kRegister, {bytesOf(*fence_.segment())});
    for (int i = 0; i < kLooks; ++i) {
        readSegments(connection, SharedFence::now());
        if (!pause(domain::kAcknowledgementDelay / kLooks)) return false;
    }
    readEpochs(connection, SharedFence::Moment{0});
    fence_.bumpAll();
    return true;
}

// Renews this host's row. Returns false if the row may have been missing since the last renewal.
bool EpochPoller::renew(Connection& connection) {
    const auto begun = SharedFence::now();
    if (begun - renewedAt_ > kRenewalLasts) return false;
    if (connection.execute(kRenew, {bytesOf(*fence_.segment())}) == 0) return false;
    connection.execute(kDeleteStale);
    renewedAt_ = begun;
    return true;
}

// The lease counts from a time before the query. So a change that is missing in the result was committed after that
// time.
void EpochPoller::readEpochs(Connection& connection, SharedFence::Moment askedAt) {
    auto epochs = connection.query(kReadEpochs).map([](const Row& row) { return row.integer(0); });
    if (epochs.size() != domain::kShards)
        throw std::runtime_error("revocation_epochs is not whole: run claviger migrate");
    if (!epochs_.empty()) {
        domain::Invalidations changes;
        for (std::size_t i = 0; i < epochs.size(); ++i)
            if (epochs[i] != epochs_[i]) changes.add(static_cast<domain::Shard>(i));
        fence_.bump(changes);
        fence_.lease(askedAt + domain::kLease);
        faults_.worked();
    }
    epochs_ = std::move(epochs);
}

// The time as the only host counts from before the query as well. A host that registers after the query reads no epochs
// before that time has ended.
void EpochPoller::readSegments(Connection& connection, SharedFence::Moment askedAt) {
    const auto segments = connection.query(kReadSegments);
    const bool alone = segments.empty() || (segments.size() == 1 && segments[0].text(0) == fence_.segment()->bytes());
    fence_.aloneUntil(alone ? askedAt + domain::kLease : SharedFence::Moment{0});
}

// Deletes the row only with the renewal time that it has now. A DELETE may reach the server late, when this process has
// ended; it must not delete the row of this segment's next poller.
void EpochPoller::leave() noexcept {
    fence_.lower();
    try {
        const auto connection = connections_.borrow();
        const auto renewal = connection->query(kReadRenewal, {bytesOf(*fence_.segment())});
        if (!renewal.empty()) connection->execute(kLeave, {bytesOf(*fence_.segment()), renewal[0].timestamp(0)});
    } catch (const std::exception& failure) {
        faults_.failed(failure.what());  // other pollers delete the row after a minute
    }
}

}  // namespace claviger::persistence

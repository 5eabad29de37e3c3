#include "persistence/fence/epoch_poller.h"

#include <bitset>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "persistence/connection/columns.h"
#include "persistence/fence/recorded_peppers.h"

namespace claviger::persistence {
namespace {

using namespace std::chrono_literals;

constexpr auto kReadEvery = 100ms;
constexpr int kLooks = 4;  // how often it reads `nodes` while this host registers
constexpr auto kRetryAfter = 200ms;
constexpr auto kPatience = 2s;     // for a lease of the predecessor, which grants one every kReadEvery
constexpr auto kLookEvery = 10ms;  // for that lease
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
// One statement, so that it reads both tables as of one moment.
constexpr Sql kReadEpochs =
    "SELECT slot, epoch FROM claviger.revocation_epochs UNION ALL SELECT slot, epoch FROM claviger.list_epochs";

// Returns the epochs by shard. Throws if a shard has no row: a change of it could not be seen.
std::vector<std::int64_t> epochsIn(const Rows& rows) {
    std::vector<std::int64_t> epochs(domain::kShards);
    std::bitset<domain::kShards> seen;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto shard = static_cast<std::size_t>(rows[i].integer(0));
        if (shard >= domain::kShards) continue;  // of a later release
        epochs[shard] = rows[i].integer(1);
        seen.set(shard);
    }
    if (!seen.all()) throw std::runtime_error("the epochs are not whole: run claviger migrate");
    return epochs;
}

}  // namespace

EpochPoller::EpochPoller(Connections& connections, SharedFence& fence, domain::PepperFingerprints peppers,
                         domain::FaultReport& faults)
    : connections_(connections), fence_(fence), peppers_(std::move(peppers)), faults_(faults), claim_(fence) {}

bool EpochPoller::takeOver(const Pause& pause) {
    bool stopped = false;
    const auto predecessor = fence_.poller();
    if (predecessor == kNoPoller) return true;
    try {
        connection_.emplace(connections_.borrowFresh());
        const Pause watched = [&](std::chrono::milliseconds time) {
            stopped = stopped || !pause(time);
            return !stopped;
        };
        if (succeed(predecessor, watched)) return true;
    } catch (const std::exception& failure) {
        faults_.failed(failure.what());
    }
    connection_.reset();
    return !stopped;
}

// Each change that the predecessor has not bumped must differ from this poller's first reading. So it waits until the
// predecessor has bumped all that a later reading showed. README.md has the argument. The renewal comes after the
// claim: from then on the predecessor cannot delete the row.
bool EpochPoller::succeed(PollerToken predecessor, const Pause& pause) {
    recordPeppers(connection(), peppers_);
    if (!PollerClaim::isServedWith(connection(), predecessor)) return false;
    epochs_ = readEpochs();
    const auto readAt = SharedFence::now();
    if (!awaitLease(predecessor, readAt, pause) || !claim_.takeOver(connection(), predecessor)) return false;
    renewedAt_ = claimedAt_ = SharedFence::now();
    return renew();
}

bool EpochPoller::awaitLease(PollerToken of, SharedFence::Moment after, const Pause& pause) const {
    const auto end = SharedFence::now() + kPatience;
    while (fence_.readingOfLease() <= after) {
        if (fence_.poller() != of || SharedFence::now() >= end || !pause(kLookEvery)) return false;
    }
    return true;
}

void EpochPoller::run(const Pause& pause) {
    for (bool stopped = false; !stopped;) {
        try {
            if (!connection_) {
                connection_.emplace(connections_.borrowFresh());
                stopped = !begin(pause);
            }
            while (!stopped) stopped = !poll(pause);
        } catch (const std::exception& failure) {
            connection_.reset();
            faults_.failed(failure.what());
            stopped = !pause(kRetryAfter);
        }
    }
    connection_.reset();
    leave();
}

// One round. Returns false if the poller is to stop. If another poller has taken over, it only waits for that.
bool EpochPoller::poll(const Pause& pause) {
    const auto askedAt = SharedFence::now();
    if (claim_.isLost()) return pause(kReadEvery);
    if (askedAt - renewedAt_ >= kRenewEvery && !renew()) return begin(pause);
    grantLease(readEpochs(), askedAt);
    readSegments(askedAt);
    return pause(kReadEvery);
}

// Begins on a new connection: the server behind it may have lost epochs and issued them again.
//
// Registers this host, waits kAcknowledgementDelay, reads the epochs and bumps every shard. After that no earlier
// cached entry is valid. Every revocation from the registration on waits for this host. The wait is longer than another
// host may take itself for the only one. During the wait it looks for other hosts, so that this host's own changes need
// not wait. If another poller has claimed the segment, it only waits for a moment: poll() finds the claim lost. Returns
// false if the poller is to stop.
bool EpochPoller::begin(const Pause& pause) {
    ++begun_;
    if (!claim_.claim(connection())) return pause(kReadEvery);
    claimedAt_ = SharedFence::now();
    fence_.lower();
    renewedAt_ = SharedFence::now();
    recordPeppers(connection(), peppers_);
    connection().execute(kRegister, {bytesOf(*fence_.segment())});
    for (int i = 0; i < kLooks; ++i) {
        readSegments(SharedFence::now());
        if (!pause(domain::kAcknowledgementDelay / kLooks)) return false;
    }
    epochs_ = readEpochs();
    fence_.bumpAll();
    return true;
}

// Renews this host's row. Returns false if the row may have been missing since the last renewal.
bool EpochPoller::renew() {
    const auto begun = SharedFence::now();
    if (begun - renewedAt_ > kRenewalLasts) return false;
    if (connection().execute(kRenew, {bytesOf(*fence_.segment())}) == 0) return false;
    connection().execute(kDeleteStale);
    renewedAt_ = begun;
    return true;
}

EpochPoller::Epochs EpochPoller::readEpochs() {
    return epochsIn(connection().query(kReadEpochs));
}

// Bumps the shards that differ from the last reading, then grants a lease. It counts from a time before the query. So a
// change that is missing in the result was committed after that time.
void EpochPoller::grantLease(Epochs epochs, SharedFence::Moment askedAt) {
    domain::Invalidations changes;
    for (std::size_t i = 0; i < epochs.size(); ++i)
        if (epochs[i] != epochs_[i]) changes.add(static_cast<domain::Shard>(i));
    fence_.bump(changes);
    fence_.lease(askedAt + domain::kLease);
    faults_.worked();
    epochs_ = std::move(epochs);
}

// The time as the only host counts from before the query as well. A host that registers after the query reads no epochs
// before that time has ended.
void EpochPoller::readSegments(SharedFence::Moment askedAt) {
    const auto segments = connection().query(kReadSegments);
    const bool alone = segments.empty() || (segments.size() == 1 && segments[0].text(0) == fence_.segment()->bytes());
    fence_.aloneUntil(alone ? askedAt + domain::kLease : SharedFence::Moment{0});
}

// Leaves the lease and the row to a poller that has taken over. Otherwise it deletes the row, but only with the renewal
// time that it had before this poller gave the segment up. A poller that claims the segment from then on writes another
// time, and the DELETE may reach the server late.
void EpochPoller::leave() noexcept {
    try {
        const auto connection = connections_.borrow();
        const auto renewal = connection->query(kReadRenewal, {bytesOf(*fence_.segment())});
        if (!claim_.release()) return;
        fence_.lower();
        outlastEarlierLeases();
        if (!renewal.empty()) connection->execute(kLeave, {bytesOf(*fence_.segment()), renewal[0].timestamp(0)});
    } catch (const std::exception& failure) {
        faults_.failed(failure.what());  // other pollers delete the row after a minute
    }
    if (claim_.release()) fence_.lower();
}

// A poller may be stopped between its last look at its claim and its lease. That lease counts from before this poller's
// claim. Until it has ended, the row must stay, so that changes wait for this host.
void EpochPoller::outlastEarlierLeases() const {
    const auto rest = claimedAt_ + domain::kLease - SharedFence::now();
    if (rest > SharedFence::Moment{0}) std::this_thread::sleep_for(rest);
}

}  // namespace claviger::persistence

// At a reload the next poller of a segment takes over while the one before it is at work.

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <thread>

#include "persistence/fence/epoch_poller.h"
#include "tests/contract/database/poller_fixture.h"
#include "tests/support/raw_connection.h"

namespace claviger::tests {
namespace {

using persistence::Account;
using persistence::EpochPoller;
using persistence::SharedFence;
using namespace std::chrono_literals;

// Sleeps for real; ends the poller once stop() was called.
class Pauses {
public:
    bool operator()(std::chrono::milliseconds time) {
        std::this_thread::sleep_for(time);
        return !stopped_;
    }
    void stop() { stopped_ = true; }

private:
    std::atomic<bool> stopped_ = false;
};

// A poller in a thread of its own, with connections of its own, as a process has them.
class RunningPoller {
public:
    RunningPoller(SharedFence& fence, RecordedFaults& faults)
        : poller_(connections_, fence, {}, faults), fence_(fence) {}
    ~RunningPoller() { end(); }
    RunningPoller(const RunningPoller&) = delete;
    RunningPoller& operator=(const RunningPoller&) = delete;

    void takeOver() {
        poller_.takeOver([this](auto time) { return pauses_(time); });
    }
    void start() {
        thread_ = std::thread([this] { poller_.run([this](auto time) { return pauses_(time); }); });
    }
    void startAndAwaitLease() {
        start();
        while (!fence_.holds(stampFor(fence_, kShard))) std::this_thread::sleep_for(5ms);
    }
    // Until a reading that began after this call has granted a lease.
    void awaitAnotherLease() {
        const auto now = SharedFence::now();
        while (fence_.readingOfLease() <= now) std::this_thread::sleep_for(5ms);
    }
    void end() {
        pauses_.stop();
        if (thread_.joinable()) thread_.join();
    }

private:
    persistence::Connections connections_{testSettings().database, persistence::Account::kWorker};
    Pauses pauses_;
    EpochPoller poller_;
    SharedFence& fence_;
    std::thread thread_;
};

// A poller that has claimed the segment and grants no lease. Its connection is alive.
class HangingPoller {
public:
    explicit HangingPoller(SharedFence& fence) : claim_(fence) { CPPUNIT_ASSERT(claimsAgain()); }

    bool claimsAgain() { return claim_.claim(*connection_); }
    persistence::PollerClaim& claim() { return claim_; }

private:
    persistence::Connections connections_{testSettings().database, Account::kWorker};
    persistence::Connections::Lease connection_ = connections_.borrow();
    persistence::PollerClaim claim_;
};

class PollerTakeoverTest : public PollerFixture {
    CPPUNIT_TEST_SUITE(PollerTakeoverTest);
    CPPUNIT_TEST(losesNothingThatIsCached);
    CPPUNIT_TEST(bumpsWhatChangesAfterItsFirstReading);
    CPPUNIT_TEST(aPredecessorThatLosesItsConnectionDoesNotTouchTheSegment);
    CPPUNIT_TEST(takesNoLeaseOfAReadingThatOverlapsItsOwn);
    CPPUNIT_TEST(beginsAnewAfterAPollerThatDied);
    CPPUNIT_TEST(beginsAnewBesideAPollerThatHangs);
    CPPUNIT_TEST_SUITE_END();

    void losesNothingThatIsCached() {
        RunningPoller predecessor(*fence_, *faults_), successor(*otherFence_, *faults_);
        predecessor.startAndAwaitLease();
        const auto stamp = stampFor(*fence_, kShard);
        successor.takeOver();
        predecessor.end();
        CPPUNIT_ASSERT(fence_->holds(stamp));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, nodes());
        successor.start();
        for (int i = 0; i < 15; ++i) {  // longer than a lease, and past a renewal of the row
            successor.awaitAnotherLease();
            CPPUNIT_ASSERT(fence_->holds(stamp));
            CPPUNIT_ASSERT(fence_->isAlone());
        }
        bump(kShard, 1);
        successor.awaitAnotherLease();
        CPPUNIT_ASSERT(!fence_->holds(stamp));
        successor.end();
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, nodes());
        CPPUNIT_ASSERT_EQUAL(0, faults_->failures.load());
    }

    void bumpsWhatChangesAfterItsFirstReading() {
        RunningPoller predecessor(*fence_, *faults_), successor(*otherFence_, *faults_);
        predecessor.startAndAwaitLease();
        successor.takeOver();
        predecessor.end();
        const auto stamp = stampFor(*fence_, kShard);
        bump(kShard, 1);
        successor.start();
        successor.awaitAnotherLease();
        CPPUNIT_ASSERT(!fence_->holds(stamp));
    }

    void aPredecessorThatLosesItsConnectionDoesNotTouchTheSegment() {
        RecordedFaults itsOwn;
        RunningPoller predecessor(*fence_, itsOwn), successor(*otherFence_, *faults_);
        predecessor.startAndAwaitLease();
        RawConnection worker(testSettings().database, Account::kWorker);
        const auto itsConnection = worker.value(
            "SELECT MAX(id) FROM information_schema.processlist WHERE user = 'claviger_worker' AND id < "
            "CONNECTION_ID()");
        successor.takeOver();
        successor.start();
        const auto stamp = stampFor(*fence_, kShard);
        worker.run("KILL " + itsConnection);
        for (int i = 0; i < 10; ++i) {
            successor.awaitAnotherLease();
            CPPUNIT_ASSERT(fence_->holds(stamp));
        }
        predecessor.end();
        CPPUNIT_ASSERT(itsOwn.failures > 0);
        CPPUNIT_ASSERT(fence_->holds(stamp));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, nodes());
        CPPUNIT_ASSERT_EQUAL(0, faults_->failures.load());
    }

    static void awaitWaiting(RawConnection& connection) {
        while (connection.value("SELECT COUNT(*) FROM information_schema.processlist WHERE state = "
                                "'Waiting for table metadata lock'") == "0")
            std::this_thread::sleep_for(5ms);
    }

    // The successor's first reading may include a change that such a reading lacks. A schema change holds the reading
    // back here.
    void takesNoLeaseOfAReadingThatOverlapsItsOwn() {
        HangingPoller predecessor(*fence_);
        addRow();
        RawConnection reader(testSettings().database, Account::kTool);
        RawConnection worker(testSettings().database, Account::kWorker);
        reader.run("START TRANSACTION");
        reader.run("SELECT COUNT(*) FROM claviger.revocation_epochs");
        std::thread alters([] {
            RawConnection(testSettings().database, Account::kTool)
                .run("ALTER TABLE claviger.revocation_epochs COMMENT = ''");
        });
        awaitWaiting(reader);
        RunningPoller successor(*otherFence_, *faults_);
        std::thread takesOver([&] { successor.takeOver(); });
        awaitWaiting(worker);
        fence_->lease(SharedFence::now() + domain::kLease);
        reader.run("COMMIT");
        alters.join();
        takesOver.join();
        CPPUNIT_ASSERT(!predecessor.claim().isLost());
    }

    void endsAllThatIsCached(RunningPoller& successor) {
        fence_->lease(SharedFence::now() + 200ms);
        const auto stamp = stampFor(*fence_, kShard);
        successor.takeOver();
        successor.start();
        successor.awaitAnotherLease();
        CPPUNIT_ASSERT(!fence_->holds(stamp));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, nodes());
    }

    void beginsAnewAfterAPollerThatDied() {
        RunningPoller successor(*otherFence_, *faults_);
        fence_->claim(4711);
        endsAllThatIsCached(successor);
    }

    void beginsAnewBesideAPollerThatHangs() {
        HangingPoller hanging(*fence_);
        addRow();
        RunningPoller successor(*otherFence_, *faults_);
        endsAllThatIsCached(successor);
        CPPUNIT_ASSERT(hanging.claim().isLost());
        CPPUNIT_ASSERT(!hanging.claimsAgain());
        CPPUNIT_ASSERT(!hanging.claim().release());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PollerTakeoverTest);

}  // namespace
}  // namespace claviger::tests

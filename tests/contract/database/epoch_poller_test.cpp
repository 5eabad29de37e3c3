// The segment of a host follows the database. Its lease lapses where it cannot.

#include "persistence/fence/epoch_poller.h"

#include <cppunit/extensions/HelperMacros.h>
#include <sys/mman.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "tests/contract/database/poller_fixture.h"

namespace claviger::tests {
namespace {

using domain::CacheStamp;
using domain::Shard;
using persistence::EpochPoller;
using persistence::Segment;
using persistence::SharedFence;
using namespace std::chrono_literals;

class EpochPollerTest : public PollerFixture {
    CPPUNIT_TEST_SUITE(EpochPollerTest);
    CPPUNIT_TEST(aSegmentIsSharedByAllWhoMapIt);
    CPPUNIT_TEST(aSegmentOfAnotherLayoutIsRefused);
    CPPUNIT_TEST(nothingHoldsBeforeTheFirstLease);
    CPPUNIT_TEST(holdsWhileItPolls);
    CPPUNIT_TEST(nothingHoldsAfterTheLease);
    CPPUNIT_TEST(anEpochRaisedElsewhereEndsWhatItConcerns);
    CPPUNIT_TEST(anEpochThatGoesBackEndsWhatItConcerns);
    CPPUNIT_TEST(isRegisteredForAWhileBeforeItReadsAnything);
    CPPUNIT_TEST(mayStopWhileItIsBeingAnnounced);
    CPPUNIT_TEST(isAloneWhileItPolls);
    CPPUNIT_TEST(isNotAloneAfterTheLease);
    CPPUNIT_TEST(isNotAloneWhereAnotherSegmentIs);
    CPPUNIT_TEST(isRegisteredWhileItPollsAndGoneAfterwards);
    CPPUNIT_TEST(saysThatItsWorkersOpenSealsAlsoOnARowOfAnEarlierRelease);
    CPPUNIT_TEST(aDeleteThatIsLateSparesTheRowOfTheNextPoller);
    CPPUNIT_TEST(beginsAnewWhereItsRowIsGone);
    CPPUNIT_TEST(beginsAnewOnANewConnection);
    CPPUNIT_TEST(forgetsNodesThatAreNotRenewed);
    CPPUNIT_TEST(recordsThePeppersThatItsWorkersHave);
    CPPUNIT_TEST(registersNothingWithAnotherPepperOfARecordedVersion);
    CPPUNIT_TEST_SUITE_END();

    // Runs a poller. Before each pause it calls `step` with the number of the pause, from 1, and ends once that returns
    // false. In the pauses that follow its registration it calls `announced_` instead.
    void poll(const std::function<bool(int)>& step) {
        persistence::Connections connections(testSettings().database, persistence::Account::kWorker);
        int pauses = 0;
        EpochPoller(connections, *fence_, peppers_, *faults_).run([&](std::chrono::milliseconds time) {
            return time == domain::kAcknowledgementDelay / 4 ? announced_() : step(++pauses);
        });
    }

    void aSegmentIsSharedByAllWhoMapIt() {
        CPPUNIT_ASSERT(fence_->segment() == otherFence_->segment());
        fence_->lease(SharedFence::now() + 1min);
        const auto stamp = stampFor(*otherFence_, kShard);
        CPPUNIT_ASSERT(otherFence_->holds(stamp));
        fence_->bump({kShard});
        CPPUNIT_ASSERT(!otherFence_->holds(stamp));
    }

    void aSegmentOfAnotherLayoutIsRefused() {
        const int fd = ::memfd_create("another", MFD_CLOEXEC);
        for (const auto size : {0, 8192}) {
            CPPUNIT_ASSERT_EQUAL(0, ::ftruncate(fd, size));
            CPPUNIT_ASSERT_THROW(Segment segment(fd), std::runtime_error);
        }
        ::close(fd);
    }

    void nothingHoldsBeforeTheFirstLease() { CPPUNIT_ASSERT(!fence_->holds(stampFor(*fence_, kShard))); }

    void holdsWhileItPolls() {
        poll([&](int pause) {
            CPPUNIT_ASSERT(fence_->holds(stampFor(*fence_, kShard)));
            return pause < 3;
        });
        CPPUNIT_ASSERT(!fence_->holds(stampFor(*fence_, kShard)));  // it has left
        CPPUNIT_ASSERT_EQUAL(0, faults_->failures.load());
    }

    void nothingHoldsAfterTheLease() {
        poll([&](int) {
            const auto stamp = stampFor(*fence_, kShard);
            CPPUNIT_ASSERT(fence_->holds(stamp));
            std::this_thread::sleep_for(domain::kLease);  // as if it had been stopped
            CPPUNIT_ASSERT(!fence_->holds(stamp));
            return false;
        });
    }

    void endsWhatItConcerns(int change) {
        std::optional<CacheStamp> concerned, unconcerned;
        poll([&](int pause) {
            if (pause == 1) {
                concerned = stampFor(*fence_, kShard);
                unconcerned = stampFor(*fence_, kOther);
                bump(kShard, change);
                return true;
            }
            CPPUNIT_ASSERT(!fence_->holds(*concerned));
            CPPUNIT_ASSERT(fence_->holds(*unconcerned));
            return false;
        });
    }
    void anEpochRaisedElsewhereEndsWhatItConcerns() { endsWhatItConcerns(1); }
    void anEpochThatGoesBackEndsWhatItConcerns() { endsWhatItConcerns(-1); }

    // A host that takes itself for the only one may end a key in this time, without a wait.
    void isRegisteredForAWhileBeforeItReadsAnything() {
        int times = 0;
        announced_ = [&] {
            CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, nodes());
            CPPUNIT_ASSERT(!fence_->holds(stampFor(*fence_, kShard)));
            CPPUNIT_ASSERT(fence_->isAlone());  // its own changes need not wait in this time
            bump(kShard, 1);
            ++times;
            return true;
        };
        std::optional<CacheStamp> stamp;
        poll([&](int pause) {
            if (pause == 1) stamp = stampFor(*fence_, kShard);
            CPPUNIT_ASSERT(fence_->holds(*stamp));  // the first reading has that epoch: the next sees no change
            return pause < 2;
        });
        CPPUNIT_ASSERT_EQUAL(4, times);
    }

    void mayStopWhileItIsBeingAnnounced() {
        announced_ = [] { return false; };
        poll([&](int) -> bool { throw std::logic_error("it goes on"); });
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, nodes());
        CPPUNIT_ASSERT_EQUAL(0, faults_->failures.load());
    }

    void isAloneWhileItPolls() {
        CPPUNIT_ASSERT(!fence_->isAlone());
        poll([&](int pause) {
            CPPUNIT_ASSERT(fence_->isAlone());
            return pause < 3;
        });
        std::this_thread::sleep_for(domain::kLease);
        CPPUNIT_ASSERT(!fence_->isAlone());
    }

    void isNotAloneAfterTheLease() {
        poll([&](int) {
            std::this_thread::sleep_for(domain::kLease);
            CPPUNIT_ASSERT(!fence_->isAlone());
            return false;
        });
    }

    void isNotAloneWhereAnotherSegmentIs() {
        poll([&](int pause) {
            CPPUNIT_ASSERT_EQUAL(pause != 2, fence_->isAlone());
            if (pause == 1)
                database().execute(*tenant_,
                                   "INSERT INTO claviger.nodes (board_id, registered_at, renewed_at) VALUES "
                                   "(REPEAT('o', 16), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
            if (pause == 2) database().execute(*tenant_, "DELETE FROM claviger.nodes WHERE board_id = REPEAT('o', 16)");
            return pause < 3;
        });
    }

    void isRegisteredWhileItPollsAndGoneAfterwards() {
        poll([&](int) {
            CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, nodes());
            return false;
        });
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, nodes());
    }

    // A poller of an earlier release was killed, and has left the row of the same segment.
    void saysThatItsWorkersOpenSealsAlsoOnARowOfAnEarlierRelease() {
        addRow();
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, nodes("opens_seals = 0"));
        poll([&](int) {
            CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, nodes("opens_seals = 1"));
            CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, nodes());
            return false;
        });
    }

    // The next poller registers before the DELETE, which waits for that transaction.
    void aDeleteThatIsLateSparesTheRowOfTheNextPoller() {
        persistence::Connections connections(testSettings().database, persistence::Account::kWorker);
        const auto next = connections.borrow();
        std::thread commits;
        poll([&](int) {
            next->begin();
            next->execute("UPDATE claviger.nodes SET renewed_at = UTC_TIMESTAMP(6)");
            commits = std::thread([&] {
                while (!somebodyWaits()) std::this_thread::sleep_for(10ms);
                next->commit();
            });
            return false;
        });
        commits.join();
        CPPUNIT_ASSERT_EQUAL(0, faults_->failures.load());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, nodes());
    }
    bool somebodyWaits() {
        const auto rows = database().query(*tenant_, "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'");
        return rows.at(0).at(1) != "0";
    }

    void beginsAnewWhereItsRowIsGone() {
        std::optional<CacheStamp> stamp;
        poll([&](int pause) {
            if (pause == 1) {
                stamp = stampFor(*fence_, kShard);
                database().execute(*tenant_, "DELETE FROM claviger.nodes");
                std::this_thread::sleep_for(1s);
                return true;
            }
            CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, nodes());
            CPPUNIT_ASSERT(!fence_->holds(*stamp));
            CPPUNIT_ASSERT(fence_->holds(stampFor(*fence_, kShard)));
            return false;
        });
    }

    void beginsAnewOnANewConnection() {
        std::optional<CacheStamp> stamp;
        poll([&](int pause) {
            if (pause == 1) {
                stamp = stampFor(*fence_, kShard);
                const auto id = database().query(
                    *tenant_,
                    "SELECT id FROM information_schema.processlist WHERE user = 'claviger_worker' ORDER BY id DESC");
                database().execute(*tenant_, "KILL " + id.at(0).at(0).value());
                return true;
            }
            if (pause == 2) return true;  // the lease of before the loss still runs
            CPPUNIT_ASSERT(!fence_->holds(*stamp));
            return false;
        });
        CPPUNIT_ASSERT_EQUAL(1, faults_->failures.load());
    }

    void forgetsNodesThatAreNotRenewed() {
        database().execute(*tenant_,
                           "INSERT INTO claviger.nodes (board_id, registered_at, renewed_at) VALUES "
                           "(REPEAT('d', 16), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 61 SECOND), "
                           "(REPEAT('l', 16), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 30 SECOND)");
        poll([&](int pause) {
            if (pause == 1) std::this_thread::sleep_for(1s);
            return pause < 2;
        });
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, nodes("board_id = REPEAT('d', 16)"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, nodes("board_id = REPEAT('l', 16)"));
    }

    std::string recorded(int version) {
        const auto rows = database().query(
            *tenant_, "SELECT fingerprint FROM claviger.peppers WHERE version = " + std::to_string(version));
        return rows.empty() ? std::string() : rows.at(0).at(0).value();
    }

    void recordsThePeppersThatItsWorkersHave() {
        peppers_ = {{7, "0123456789abcdef"}, {8, "fedcba9876543210"}};
        poll([](int) { return false; });
        CPPUNIT_ASSERT_EQUAL(std::string("0123456789abcdef"), recorded(7));
        CPPUNIT_ASSERT_EQUAL(std::string("fedcba9876543210"), recorded(8));
        CPPUNIT_ASSERT_EQUAL(0, faults_->failures.load());
    }

    void registersNothingWithAnotherPepperOfARecordedVersion() {
        peppers_ = {{7, "0123456789abcdef"}};
        poll([](int) { return false; });
        peppers_ = {{7, "fedcba9876543210"}};
        int pauses = 0;
        poll([&](int) {
            CPPUNIT_ASSERT(!fence_->holds(stampFor(*fence_, kShard)));
            CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, nodes());
            return ++pauses < 3;
        });
        CPPUNIT_ASSERT_EQUAL(3, faults_->failures.load());
        CPPUNIT_ASSERT_EQUAL(std::string("0123456789abcdef"), recorded(7));
    }

    domain::PepperFingerprints peppers_;
    std::function<bool()> announced_ = [] { return true; };
};

CPPUNIT_TEST_SUITE_REGISTRATION(EpochPollerTest);

}  // namespace
}  // namespace claviger::tests

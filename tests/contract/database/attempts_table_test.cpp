// The cost of a table of expired attempts: the number of rows that the server reads, as the server itself counts them.

#include <cppunit/extensions/HelperMacros.h>

#include <cstdlib>

#include "persistence/tenant/mysql_login_attempts.h"
#include "tests/contract/samples.h"
#include "tests/support/test_database.h"

namespace claviger::tests {
namespace {

using domain::secrets::BudgetHash;
using persistence::TenantConnection;
using namespace std::chrono_literals;

class AttemptsTableTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AttemptsTableTest);
    CPPUNIT_TEST(aLookAtABudgetReadsNoExpiredRow);
    CPPUNIT_TEST(aLookAtAFullBudgetReadsItsLimit);
    CPPUNIT_TEST(clearingAwayReadsWhatItDeletes);
    CPPUNIT_TEST(givingBackReadsOneRow);
    CPPUNIT_TEST_SUITE_END();

    static constexpr std::size_t kLimit = 30;

    const BudgetHash budget_ = sampleDigest<BudgetHash>(1);
    const domain::Period window_{kNoon - 15min, kNoon + 5min};
    std::optional<domain::Tenant> tenant_;

public:
    // Half of the rows are of the budget, and a fifth of these are of the future.
    void setUp() override {
        auto& database = TestDatabase::instance();
        tenant_.emplace(database.makeTenant());
        const auto rows = std::getenv("TEST_LONG") != nullptr && *std::getenv("TEST_LONG") ? "500000" : "50000";
        const auto bytes = budget_.bytes();
        static constexpr char kDigits[] = "0123456789ABCDEF";
        std::string hex;
        for (const char byte : bytes) {
            hex += kDigits[static_cast<unsigned char>(byte) >> 4];
            hex += kDigits[static_cast<unsigned char>(byte) & 15];
        }
        database.execute(*tenant_,
                         "INSERT INTO {schema}.login_attempts (budget_hash, failed_at) SELECT IF(seq % 2, x'" + hex +
                             "', UNHEX(SHA2(seq, 256))), IF(seq % 10 <> 5, FROM_UNIXTIME(" + seconds(kNoon - 1h) +
                             ") - INTERVAL seq SECOND, FROM_UNIXTIME(" + seconds(kNoon + 1h) +
                             ") + INTERVAL seq SECOND) FROM {schema}.seq_1_to_" + rows);
    }

private:
    static std::string seconds(domain::Timestamp at) {
        return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
    }

    // The number of rows that the work reads.
    template <class Work>
    std::int64_t readsOf(const Work& work) {
        const auto lease = TestDatabase::instance().worker().borrow();
        lease->takeRole(persistence::Identifier::role(tenant_->id));
        domain::Invalidations none;
        persistence::Refusals noRefusals;
        const TenantConnection connection(*lease, *tenant_, none, noRefusals);
        persistence::MySqlLoginAttempts attempts(connection);
        const auto before = readsSoFar(*lease);
        work(attempts);
        return readsSoFar(*lease) - before;
    }

    static std::int64_t readsSoFar(persistence::Connection& connection) {
        std::int64_t sum = 0;
        const auto rows = connection.query(
            "SHOW SESSION STATUS WHERE Variable_name IN ('Handler_read_first', 'Handler_read_key', "
            "'Handler_read_last', "
            "'Handler_read_next', 'Handler_read_prev', 'Handler_read_rnd', 'Handler_read_rnd_next')");
        for (std::size_t i = 0; i < rows.size(); ++i) sum += rows[i].integer(1);
        return sum;
    }

    // SHOW itself reads rows of its own table.
    std::int64_t ownReads() {
        return readsOf([](const domain::LoginAttempts&) {});
    }

    void fill(std::size_t count) {
        readsOf([&](domain::LoginAttempts& attempts) {
            for (std::size_t i = 0; i < count; ++i) attempts.add(budget_, kNoon);
        });
    }

    void aLookAtABudgetReadsNoExpiredRow() {
        const auto reads = readsOf([&](const domain::LoginAttempts& attempts) {
            CPPUNIT_ASSERT(!attempts.nthNewest(budget_, kLimit, window_));
        });
        CPPUNIT_ASSERT(reads - ownReads() <= 3);
    }

    void aLookAtAFullBudgetReadsItsLimit() {
        fill(100);
        const auto reads = readsOf([&](const domain::LoginAttempts& attempts) {
            CPPUNIT_ASSERT(attempts.nthNewest(budget_, kLimit, window_) == kNoon);
        });
        CPPUNIT_ASSERT(reads - ownReads() <= static_cast<std::int64_t>(kLimit) + 3);
    }

    void clearingAwayReadsWhatItDeletes() {
        const auto count = [&] { return TestDatabase::instance().count(*tenant_, "login_attempts"); };
        const auto before = count();
        const auto reads = readsOf([&](domain::LoginAttempts& attempts) { attempts.clearAway(window_, 100); });
        CPPUNIT_ASSERT_EQUAL(before - 200, count());
        CPPUNIT_ASSERT(reads - ownReads() <= 2 * 200);
    }

    void givingBackReadsOneRow() {
        fill(1);
        const auto reads = readsOf([&](domain::LoginAttempts& attempts) { attempts.takeBack(budget_, kNoon); });
        CPPUNIT_ASSERT(reads - ownReads() <= 3);
        readsOf(
            [&](const domain::LoginAttempts& attempts) { CPPUNIT_ASSERT(!attempts.nthNewest(budget_, 1, window_)); });
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AttemptsTableTest);

}  // namespace
}  // namespace claviger::tests

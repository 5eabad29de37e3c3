// Units of work on the real server when connections die and transactions collide.

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>
#include <sched.h>

#include <atomic>
#include <barrier>
#include <future>
#include <set>
#include <thread>
#include <vector>

#include "domain/keys/key_issuer.h"
#include "persistence/connection/errors.h"
#include "persistence/connection/reading.h"
#include "persistence/connection/transactions.h"
#include "persistence/tenant/mysql_tenant_stores.h"
#include "tests/contract/samples.h"
#include "tests/support/test_database.h"

namespace claviger::tests {

using namespace persistence;
using domain::Result;
using domain::TenantStore;

class UnitsOfWorkTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(UnitsOfWorkTest);
    CPPUNIT_TEST(lendsTheConnectionThatCameBackLast);
    CPPUNIT_TEST(makesNoMoreConnectionsThanThreads);
    CPPUNIT_TEST(aReadHealsAKilledConnection);
    CPPUNIT_TEST(aTransactionHealsAKilledConnection);
    CPPUNIT_TEST(aReadThatLosesIsRunAgainAndThenGivenUp);
    CPPUNIT_TEST(aConnectionLostInATransactionStoresNothingAndIsNotReplayed);
    CPPUNIT_TEST(aConnectionLostAtCommitIsAnUnknownOutcome);
    CPPUNIT_TEST(aDeadlockIsRunAgain);
    CPPUNIT_TEST(aLockThatIsNeverFreedIsGivenUp);
    CPPUNIT_TEST(takesARoleOnlyWhenTheTenantChanges);
    CPPUNIT_TEST(createAndRegenerateTakeAsManyRoundTripsAsWithoutALimit);
    CPPUNIT_TEST(theKeysOfAUserAreCountedAfterTheLockOfTheUser);
    CPPUNIT_TEST(fiftyParallelAddsOfOneNameMakeOneKey);
    CPPUNIT_TEST(twentyParallelEndsEndAKeyOnce);
    CPPUNIT_TEST(aThreadIsPatientForAsLongAsItsTransaction);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        tenant_.emplace(database().makeTenant());
        connections_ = std::make_unique<Connections>(testSettings().database, Account::kWorker);
        transactions_ = std::make_unique<Transactions>(*connections_, fence_);
        stores_ = std::make_unique<MySqlTenantStores>(*connections_, *transactions_);
    }

private:
    static TestDatabase& database() { return TestDatabase::instance(); }

    // Ends the connection from outside, as a restart of the server would.
    static void kill(const std::string& id) {
        RawConnection worker(testSettings().database, Account::kWorker);
        worker.run("KILL " + id);
        while (worker.value("SELECT COUNT(*) FROM information_schema.processlist WHERE id = " + id) != "0")
            std::this_thread::yield();
    }

    std::string connectionId() { return connections_->borrow()->query("SELECT CONNECTION_ID()")[0].text(0); }

    domain::User addUser(const std::string& email) {
        const auto account = sampleAccount(email);
        MySqlTenantStores stores(database().tool(), database().toolTransactions());
        const auto added =
            stores.transact<void>(*tenant_, [&](TenantStore& store) { return store.users().add(account); });
        CPPUNIT_ASSERT(added.ok());
        return account.user;
    }

    // Runs the work once in each of `count` threads, as near to at once as can be. Rethrows an exception of one of
    // them.
    template <class Work>
    static void inParallel(int count, const Work& work) {
        std::barrier start(count);
        std::vector<std::future<void>> threads;
        for (int i = 0; i < count; ++i)
            threads.push_back(std::async(std::launch::async, [&, i] {
                start.arrive_and_wait();
                work(i);
            }));
        for (auto& thread : threads) thread.wait();
        for (auto& thread : threads) thread.get();
    }

    // The number of round trips to the server that the work waits for.
    template <class Work>
    std::uint64_t roundTripsOf(const Work& work) {
        const auto before = connections_->borrow()->answers();
        CPPUNIT_ASSERT(work().ok());
        return connections_->borrow()->answers() - before;
    }

    void createAndRegenerateTakeAsManyRoundTripsAsWithoutALimit() {
        const auto hasher = domain::secrets::Hasher::load(testSettings().pepperFile, {});
        const domain::SystemClock clock;
        const domain::RequestOrigin origin{"", ""};
        const auto user = addUser("owner@x.example").id;
        const domain::KeyHolder holder{*tenant_, user, origin};
        for (const auto& limit : {domain::ChangeLimit(), domain::ChangeLimit(2000)}) {
            domain::KeyIssuer issuer(*stores_, hasher, clock, limit);
            const auto live = database().count(*tenant_, "api_keys WHERE live = 1");
            const auto named = [&](int i) { return domain::KeyName::parse("key " + std::to_string(live + i)).value(); };
            const auto id = issuer.create(holder, {named(0)}).value().key.id;
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, roundTripsOf([&] { return issuer.create(holder, {named(1)}); }));
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, roundTripsOf([&] { return issuer.regenerate(holder, id); }));
        }
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, database().count(*tenant_, "key_changes"));
    }

    void lendsTheConnectionThatCameBackLast() {
        const auto first = connectionId();
        CPPUNIT_ASSERT_EQUAL(first, connectionId());
        {
            const auto held = connections_->borrow();
            CPPUNIT_ASSERT(first != connectionId());
        }
        CPPUNIT_ASSERT_EQUAL(first, connectionId());
    }

    void makesNoMoreConnectionsThanThreads() {
        constexpr int kThreads = 4;
        std::mutex mutex;
        std::set<std::string> ids;
        inParallel(kThreads, [&](int) {
            for (int round = 0; round < 20; ++round) {
                const auto id = connectionId();
                const std::lock_guard lock(mutex);
                ids.insert(id);
            }
        });
        CPPUNIT_ASSERT(ids.size() <= kThreads);
    }

    void aReadHealsAKilledConnection() {
        addUser("owner@x.example");
        kill(connectionId());
        const auto users = stores_->read(*tenant_, [](const TenantStore& store) { return store.users().list(); });
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, users.size());
    }

    void aTransactionHealsAKilledConnection() {
        kill(connectionId());
        addUser("owner@x.example");
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, database().count(*tenant_, "users"));
    }

    void aConnectionLostInATransactionStoresNothingAndIsNotReplayed() {
        int runs = 0;
        const auto work = [&](Connection& connection, domain::Invalidations&) {
            ++runs;
            const Names names{{"schema", Identifier::schema(tenant_->schema)}};
            const Sql add = "INSERT INTO {schema}.login_attempts (budget_hash, failed_at) VALUES (?, ?)";
            connection.execute(add, {Bytes{std::string(32, 'x')}, kNoon}, names);
            kill(connection.query("SELECT CONNECTION_ID()")[0].text(0));
            connection.execute(add, {Bytes{std::string(32, 'x')}, kNoon}, names);
            return Ending::kCommit;
        };
        CPPUNIT_ASSERT_THROW(transactions_->run(Identifier::role(tenant_->id), work), ConnectionLost);
        CPPUNIT_ASSERT_EQUAL(1, runs);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, database().count(*tenant_, "login_attempts"));
        addUser("owner@x.example");  // the dead connection is gone
    }

    void aConnectionLostAtCommitIsAnUnknownOutcome() {
        const auto work = [&](Connection& connection, domain::Invalidations&) {
            const Names names{{"schema", Identifier::schema(tenant_->schema)}};
            connection.execute("INSERT INTO {schema}.login_attempts (budget_hash, failed_at) VALUES (?, ?)",
                               {Bytes{std::string(32, 'x')}, kNoon}, names);
            kill(connection.query("SELECT CONNECTION_ID()")[0].text(0));
            return Ending::kCommit;
        };
        CPPUNIT_ASSERT_THROW(transactions_->run(Identifier::role(tenant_->id), work), domain::OutcomeUnknown);
        addUser("owner@x.example");
    }

    void aDeadlockIsRunAgain() {
        const auto first = addUser("first@x.example").id;
        const auto second = addUser("second@x.example").id;
        std::barrier bothHoldOne(2);
        std::atomic<int> runs = 0;
        std::atomic<int> committed = 0;
        inParallel(2, [&](int i) {
            bool met = false;
            const auto result = stores_->transact<void>(*tenant_, [&](TenantStore& store) -> Result<void> {
                ++runs;
                store.users().lockApproved(i == 0 ? first : second);
                if (!met) {
                    met = true;
                    bothHoldOne.arrive_and_wait();
                }
                store.users().lockApproved(i == 0 ? second : first);
                store.loginAttempts().add(sampleDigest<domain::secrets::BudgetHash>(i), kNoon);
                return {};
            });
            if (result.ok()) ++committed;
        });
        CPPUNIT_ASSERT_EQUAL(2, committed.load());
        CPPUNIT_ASSERT(runs.load() > 2);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{2}, database().count(*tenant_, "login_attempts"));
    }

    // A node of Galera fails so when it leaves its cluster while the read waits for the commits of other nodes.
    void aReadThatLosesIsRunAgainAndThenGivenUp() {
        int runs = 0;
        const auto losing = [&](int times) {
            return [&runs, times](Connection& connection) {
                if (++runs > times) return;
                connection.execute("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205, MESSAGE_TEXT = 'planted'");
            };
        };
        runReading(*connections_, std::nullopt, losing(2));
        CPPUNIT_ASSERT_EQUAL(3, runs);
        runs = 0;
        CPPUNIT_ASSERT_THROW(runReading(*connections_, std::nullopt, losing(9)), domain::StorageUnavailable);
        CPPUNIT_ASSERT_EQUAL(3, runs);
    }

    void aLockThatIsNeverFreedIsGivenUp() {
        const auto user = addUser("owner@x.example").id;
        RawConnection holder(testSettings().database, Account::kTool);
        holder.run("START TRANSACTION");
        holder.run("SELECT * FROM `" + tenant_->schema.text() + "`.users FOR UPDATE");
        int runs = 0;
        const auto work = [&](TenantStore& store) -> Result<void> {
            ++runs;
            store.loginAttempts().add(sampleDigest<domain::secrets::BudgetHash>(1), kNoon);
            store.users().lockApproved(user);
            return {};
        };
        CPPUNIT_ASSERT_THROW((void)stores_->transact<void>(*tenant_, work), domain::StorageUnavailable);
        CPPUNIT_ASSERT_EQUAL(3, runs);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, database().count(*tenant_, "login_attempts"));
    }

    void takesARoleOnlyWhenTheTenantChanges() {
        const auto other = database().makeTenant();
        const auto sets = [&] {  // SET ROLE counts among them
            return connections_->borrow()->query("SHOW SESSION STATUS LIKE 'Com_set_option'")[0].integer(1);
        };
        const auto look = [&](const domain::Tenant& tenant) {
            return stores_->read(tenant, [](const TenantStore& store) { return store.users().list().size(); });
        };
        look(*tenant_);
        const auto before = sets();
        look(*tenant_);
        look(*tenant_);
        CPPUNIT_ASSERT_EQUAL(before, sets());
        look(other);
        look(*tenant_);
        CPPUNIT_ASSERT_EQUAL(before + 2, sets());
    }

    // Blocks until a connection waits in the statement that locks a user.
    static void awaitLockOfUser() {
        RawConnection worker(testSettings().database, Account::kWorker);
        while (worker.value("SELECT COUNT(*) FROM information_schema.processlist WHERE id <> CONNECTION_ID() "
                            "AND info LIKE '%.users %FOR UPDATE%'") == "0")
            std::this_thread::yield();
    }

    // Two creates of one user at once could otherwise exceed the limit of keys together.
    void theKeysOfAUserAreCountedAfterTheLockOfTheUser() {
        const auto user = addUser("owner@x.example").id;
        std::future<std::size_t> counted;
        const auto added = stores_->transact<void>(*tenant_, [&](TenantStore& store) -> Result<void> {
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, store.apiKeys().lockUser(user)->activeKeys);
            counted = std::async(std::launch::async, [&] { return countOf(user); });
            awaitLockOfUser();
            store.apiKeys().add(sampleKey(user, "Scripts"), sampleSecret(1));
            return {};
        });
        CPPUNIT_ASSERT(added.ok());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, counted.get());
    }

    std::size_t countOf(const domain::UserId& user) {
        return stores_
            ->transact<std::size_t>(
                *tenant_,
                [&](TenantStore& store) -> Result<std::size_t> { return store.apiKeys().lockUser(user)->activeKeys; })
            .value();
    }

    void fiftyParallelAddsOfOneNameMakeOneKey() {
        const auto user = addUser("owner@x.example").id;
        std::atomic<int> made = 0;
        std::atomic<int> taken = 0;
        inParallel(50, [&](int i) {
            const auto added = stores_->transact<void>(*tenant_, [&](TenantStore& store) -> Result<void> {
                store.apiKeys().add(sampleKey(user, "Scripts"), sampleSecret(i));
                return {};
            });
            if (added.ok())
                ++made;
            else if (added.error().code == domain::ErrorCode::kNameTaken)
                ++taken;
        });
        CPPUNIT_ASSERT_EQUAL(1, made.load());
        CPPUNIT_ASSERT_EQUAL(49, taken.load());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, database().count(*tenant_, "api_keys"));
    }

    void twentyParallelEndsEndAKeyOnce() {
        const auto user = addUser("owner@x.example").id;
        const auto key = sampleKey(user, "Scripts");
        const auto added = stores_->transact<void>(*tenant_, [&](TenantStore& store) -> Result<void> {
            store.apiKeys().add(key, sampleSecret(1));
            return {};
        });
        CPPUNIT_ASSERT(added.ok());
        std::atomic<int> ended = 0;
        inParallel(20, [&](int i) {
            const auto result = stores_->transact<void>(*tenant_, [&](TenantStore& store) -> Result<void> {
                const auto active = store.apiKeys().lock(user, key.id).active;
                if (!active) return domain::ErrorCode::kKeyNotFound;
                store.apiKeys().end(key.id, *active, kNoon);
                store.apiKeys().add(sampleKey(user, "Scripts"), sampleSecret(100 + i));
                return {};
            });
            if (result.ok()) ++ended;
        });
        CPPUNIT_ASSERT_EQUAL(1, ended.load());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{2}, database().count(*tenant_, "api_keys"));
    }

    void aThreadIsPatientForAsLongAsItsTransaction() {
        const auto policyWithin = [&](auto... thrown) {
            int policy = -1;
            (void)stores_->transact<void>(*tenant_, [&](TenantStore&) -> Result<void> {
                policy = ::sched_getscheduler(0);
                (throw thrown, ...);
                return {};
            });
            return policy;
        };
        CPPUNIT_ASSERT_EQUAL(SCHED_BATCH, policyWithin());
        CPPUNIT_ASSERT_EQUAL(SCHED_OTHER, ::sched_getscheduler(0));
        CPPUNIT_ASSERT_THROW(policyWithin(std::runtime_error("lost")), std::runtime_error);
        CPPUNIT_ASSERT_EQUAL(SCHED_OTHER, ::sched_getscheduler(0));
    }

    std::optional<domain::Tenant> tenant_;
    std::unique_ptr<Connections> connections_;
    domain::NoFence fence_;
    std::unique_ptr<Transactions> transactions_;
    std::unique_ptr<MySqlTenantStores> stores_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(UnitsOfWorkTest);

}  // namespace claviger::tests

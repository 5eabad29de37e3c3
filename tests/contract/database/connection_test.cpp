// One connection to the real server: the statements and values that it carries, and its behaviour when things go wrong.

#include "persistence/connection/connection.h"

#include <chrono>
#include <stdexcept>

#include "persistence/connection/errors.h"
#include "tests/contract/database/connection_fixture.h"
#include "tests/contract/samples.h"

namespace claviger::tests {

using namespace persistence;

class ConnectionTest : public ConnectionFixture {
    CPPUNIT_TEST_SUITE(ConnectionTest);
    CPPUNIT_TEST(hostileTextComesBackByteEqual);
    CPPUNIT_TEST(anyBytesComeBackByteEqual);
    CPPUNIT_TEST(refusesInvalidUtf8InText);
    CPPUNIT_TEST(refusesWhatIsTooLongInsteadOfCuttingIt);
    CPPUNIT_TEST(speaksUtcStrictlyAndReadsWhatIsCommitted);
    CPPUNIT_TEST(aMigrationsFileOfTwoStatementsFails);
    CPPUNIT_TEST(whatWaitsRunsBeforeTheNextStatement);
    CPPUNIT_TEST(nothingRunsBehindAStatementThatFails);
    CPPUNIT_TEST(whatFailsBeforeCommitCommitsNothing);
    CPPUNIT_TEST(aQuestionThatFailsBehindCommitLeavesItStanding);
    CPPUNIT_TEST(whatWaitsForACommitIsOneStatementOfMariaDb);
    CPPUNIT_TEST(addsRowsAndStreamsThemByteEqual);
    CPPUNIT_TEST(aStreamThatIsLeftEarlyLeavesTheConnectionUsable);
    CPPUNIT_TEST(aStreamThatFailsSaysSo);
    CPPUNIT_TEST(sendsNoLocalFiles);
    CPPUNIT_TEST(countsRowsThatAreFoundThoughNotChanged);
    CPPUNIT_TEST(errorsHoldNoValues);
    CPPUNIT_TEST(aServerThatDoesNotAnswerIsGivenUpInTime);
    CPPUNIT_TEST(aLostConnectionStaysLost);
    CPPUNIT_TEST(aTransactionThatTheServerHasUndoneIsNotCarriedOn);
    CPPUNIT_TEST(aMissingServerIsUnavailable);
    CPPUNIT_TEST(aWrongPasswordIsUnavailableAndNotTold);
    CPPUNIT_TEST_SUITE_END();

    static std::string echo(const Value& value) {
        return database().worker().borrow()->query("SELECT ?", {value})[0].text(0);
    }

    void hostileTextComesBackByteEqual() {
        for (const auto& text : hostileTexts()) CPPUNIT_ASSERT_EQUAL(text, echo(Text{text}));
        const std::string withNul("a\0b", 3);
        CPPUNIT_ASSERT_EQUAL(withNul, echo(Text{withNul}));
        CPPUNIT_ASSERT_EQUAL(std::string(), echo(Text{""}));
    }

    void anyBytesComeBackByteEqual() {
        std::string all;
        for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
        onTenant([&](Connection& connection, const Names& names) {
            connection.execute(
                "INSERT INTO {schema}.users (id, email, name, status, password_hash, created_at) VALUES (?, ?, ?, ?, "
                "?, ?)",
                {Bytes{all.substr(128, 16)}, Text{"owner@x.example"}, Bytes{all}, Text{"pending"}, Text{"-"}, kNoon},
                names);
            const auto rows = connection.query("SELECT id, name, created_at FROM {schema}.users", {}, names);
            CPPUNIT_ASSERT_EQUAL(all.substr(128, 16), rows[0].text(0));
            CPPUNIT_ASSERT_EQUAL(all, rows[0].text(1));
            CPPUNIT_ASSERT(rows[0].timestamp(2) == kNoon);
        });
    }

    void refusesInvalidUtf8InText() { CPPUNIT_ASSERT_THROW(echo(Text{"\xFF\xFE"}), DatabaseError); }

    void refusesWhatIsTooLongInsteadOfCuttingIt() {
        onTenant([](Connection& connection, const Names& names) {
            CPPUNIT_ASSERT_THROW(connection.execute("INSERT INTO {schema}.login_attempts (budget_hash, failed_at) "
                                                    "VALUES (?, ?)",
                                                    {Bytes{std::string(33, 'x')}, kNoon}, names),
                                 DatabaseError);
            CPPUNIT_ASSERT(connection.query("SELECT id FROM {schema}.login_attempts", {}, names).empty());
        });
    }

    void speaksUtcStrictlyAndReadsWhatIsCommitted() {
        const auto rows = database().worker().borrow()->query(
            "SELECT @@session.time_zone, @@session.sql_mode, @@session.tx_isolation, @@session.autocommit, "
            "@@session.character_set_client");
        CPPUNIT_ASSERT_EQUAL(std::string("+00:00"), rows[0].text(0));
        CPPUNIT_ASSERT(rows[0].text(1).find("STRICT_ALL_TABLES") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(std::string("READ-COMMITTED"), rows[0].text(2));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, rows[0].integer(3));
        CPPUNIT_ASSERT_EQUAL(std::string("utf8mb4"), rows[0].text(4));
    }

    static constexpr Sql kAttempt = "INSERT INTO {schema}.login_attempts (budget_hash, failed_at) VALUES (?, ?)";
    static constexpr Sql kCountAttempts = "SELECT COUNT(*) FROM {schema}.login_attempts";
    static constexpr Sql kFailing = "INSERT INTO {schema}.no_such_table VALUES (1)";
    static Values attempt() { return {Bytes{std::string(32, 'x')}, kNoon}; }

    void aMigrationsFileOfTwoStatementsFails() {
        const auto lease = database().tool().borrow();
        CPPUNIT_ASSERT_THROW(lease->executeMigration("DO 1; DO 2", {}), std::logic_error);
        CPPUNIT_ASSERT(!lease->alive());
    }

    void whatWaitsRunsBeforeTheNextStatement() {
        onTenant([](Connection& connection, const Names& names) {
            connection.executeLater(kAttempt, attempt(), names);
            connection.executeLater("SELECT 1");  // its rows are never read
            connection.executeLater(kAttempt, attempt(), names);
            const auto before = connection.answers();
            CPPUNIT_ASSERT_EQUAL(std::int64_t{2}, connection.query(kCountAttempts, {}, names)[0].integer(0));
            CPPUNIT_ASSERT_EQUAL(before + 1, connection.answers());
        });
    }

    void nothingRunsBehindAStatementThatFails() {
        onTenant([](Connection& connection, const Names& names) {
            connection.executeLater(kAttempt, attempt(), names);
            connection.executeLater(kFailing, {}, names);
            connection.executeLater(kAttempt, attempt(), names);
            CPPUNIT_ASSERT_THROW(connection.query(kCountAttempts, {}, names), DatabaseError);
            CPPUNIT_ASSERT(connection.alive());
            CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, connection.query(kCountAttempts, {}, names)[0].integer(0));
        });
    }

    void whatFailsBeforeCommitCommitsNothing() {
        onTenant([](Connection& connection, const Names& names) {
            connection.begin();
            connection.executeLater(kAttempt, attempt(), names);
            connection.executeLater(kFailing, {}, names);
            CPPUNIT_ASSERT_THROW(connection.commitAndQuery(kOne), DatabaseError);
            connection.rollBack();
            CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, connection.query(kCountAttempts, {}, names)[0].integer(0));
        });
    }

    void aQuestionThatFailsBehindCommitLeavesItStanding() {
        onTenant([](Connection& connection, const Names& names) {
            connection.begin();
            connection.executeLater(kAttempt, attempt(), names);
            CPPUNIT_ASSERT(!connection.commitAndQuery("SELECT nothing FROM claviger.nodes"));
            CPPUNIT_ASSERT(connection.commitAndQuery(kOne));
            connection.rollBack();
            CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, connection.query(kCountAttempts, {}, names)[0].integer(0));
        });
    }

    static std::int64_t questions(Connection& connection) {
        return connection.query("SHOW SESSION STATUS LIKE 'Questions'")[0].integer(1);
    }

    // MySQL has no blocks and counts all five.
    void whatWaitsForACommitIsOneStatementOfMariaDb() {
        using Answered = Connection::Answered;
        onTenant([](Connection& connection, const Names& names) {
            const bool blocks = isMariaDb(connection);
            for (const auto& [answered, expected] :
                 {std::pair(Answered::kTogether, 2), std::pair(Answered::kEach, 5)}) {
                connection.begin();
                CPPUNIT_ASSERT(!connection.query(kOne).empty());
                const auto before = questions(connection);
                for (int i = 0; i < 3; ++i) connection.executeLater(kAttempt, attempt(), names);
                CPPUNIT_ASSERT(connection.commitAndQuery(kOne, answered));
                CPPUNIT_ASSERT_EQUAL(before + (blocks ? expected : 5), questions(connection) - 1);
                connection.rollBack();
            }
            CPPUNIT_ASSERT_EQUAL(std::int64_t{6}, connection.query(kCountAttempts, {}, names)[0].integer(0));
        });
    }

    static bool isMariaDb(Connection& connection) {
        return connection.query("SELECT VERSION() LIKE '%MariaDB%'")[0].integer(0) != 0;
    }

    static constexpr Sql kOne = "SELECT 1";

    static constexpr Sql kAddRows = "INSERT INTO {schema}.login_attempts (budget_hash, failed_at) VALUES {rows}";
    static constexpr Sql kHashes = "SELECT budget_hash, NULL FROM {schema}.login_attempts ORDER BY id";

    void addsRowsAndStreamsThemByteEqual() {
        onTenant([](Connection& connection, const Names& names) {
            const std::string odd("\0'\"\\\xFF\n(?), {rows}", 18), padded = odd + std::string(14, 'x');
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{2},
                                 connection.executeOnRows(kAddRows, {{Bytes{padded}, kNoon}, attempt()}, names));
            std::vector<std::vector<Row::Column>> seen;
            connection.stream(kHashes, names, [&](const auto& cells) { seen.push_back(cells); });
            const std::vector<std::vector<Row::Column>> expected{{padded, std::nullopt},
                                                                 {std::string(32, 'x'), std::nullopt}};
            CPPUNIT_ASSERT(expected == seen);
        });
    }

    void aStreamThatIsLeftEarlyLeavesTheConnectionUsable() {
        onTenant([](Connection& connection, const Names& names) {
            connection.executeOnRows(kAddRows, {attempt(), attempt(), attempt()}, names);
            CPPUNIT_ASSERT_THROW(
                connection.stream(kHashes, names, [](const auto&) { throw std::out_of_range("enough"); }),
                std::out_of_range);
            CPPUNIT_ASSERT_EQUAL(std::int64_t{3}, connection.query(kCountAttempts, {}, names)[0].integer(0));
        });
    }

    void aStreamThatFailsSaysSo() {
        onTenant([](Connection& connection, const Names& names) {
            bool taken = false;
            CPPUNIT_ASSERT_THROW(
                connection.stream("SELECT * FROM {schema}.no_such_table", names, [&](const auto&) { taken = true; }),
                DatabaseError);
            CPPUNIT_ASSERT(!taken);
        });
    }

    void sendsNoLocalFiles() {
        onTenant([](Connection& connection, const Names& names) {
            CPPUNIT_ASSERT_THROW(
                connection.execute("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE {schema}.users", {}, names),
                std::runtime_error);
        });
    }

    void countsRowsThatAreFoundThoughNotChanged() {
        onTenant([](Connection& connection, const Names& names) {
            const Sql set = "UPDATE {schema}.login_attempts SET failed_at = ?";
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, connection.execute(set, {kNoon}, names));
            connection.execute("INSERT INTO {schema}.login_attempts (budget_hash, failed_at) VALUES (?, ?)",
                               {Bytes{std::string(32, 'x')}, kNoon}, names);
            CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, connection.execute(set, {kNoon}, names));
        });
    }

    void errorsHoldNoValues() {
        onTenant([](Connection& connection, const Names& names) {
            const Sql insert =
                "INSERT INTO {schema}.users (id, email, name, status, password_hash, created_at) VALUES (?, ?, ?, ?, "
                "?, ?)";
            const auto add = [&](const Value& createdAt) {
                connection.execute(insert,
                                   {Bytes{"0123456789abcdef"}, Text{"secret@x.example"}, Bytes{"secret"},
                                    Text{"pending"}, Text{"secret"}, createdAt},
                                   names);
            };
            const auto toldBy = [&](const Value& createdAt) -> std::string {
                try {
                    add(createdAt);
                } catch (const DatabaseError& error) {
                    return error.what();
                }
                return "secret: nothing was refused";
            };
            CPPUNIT_ASSERT(toldBy(Text{"secret"}).find("secret") == std::string::npos);
            add(kNoon);
            CPPUNIT_ASSERT(toldBy(kNoon).find("secret") == std::string::npos);
        });
    }

    void aServerThatDoesNotAnswerIsGivenUpInTime() {
        auto settings = testSettings().database;
        settings.timeoutSeconds = 1;
        Connections connections(settings, Account::kWorker);
        const auto lease = connections.borrow();
        const auto began = std::chrono::steady_clock::now();
        CPPUNIT_ASSERT_THROW(lease->query("SELECT SLEEP(5)"), ConnectionLost);
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - began < std::chrono::seconds(3));
        CPPUNIT_ASSERT(!lease->alive());
    }

    void aLostConnectionStaysLost() {
        const auto lease = database().tool().borrow();
        const auto id = lease->query("SELECT CONNECTION_ID()")[0].text(0);
        RawConnection(testSettings().database, Account::kTool).run("KILL " + id);
        CPPUNIT_ASSERT_THROW(lease->query("SELECT 1"), ConnectionLost);
        CPPUNIT_ASSERT(!lease->alive());
        CPPUNIT_ASSERT_THROW(lease->query("SELECT 1"), ConnectionLost);
    }

    // Work that swallows the deadlock must not store its rest outside of any transaction.
    void aTransactionThatTheServerHasUndoneIsNotCarriedOn() {
        onTenant([](Connection& connection, const Names& names) {
            static constexpr Sql kCount = "SELECT COUNT(*) FROM {schema}.login_attempts";
            const auto add = [&] {
                connection.execute(
                    "INSERT INTO {schema}.login_attempts (budget_hash, failed_at) VALUES (?, UTC_TIMESTAMP(6))",
                    {Bytes{std::string(32, 'a')}}, names);
            };
            connection.begin();
            add();
            CPPUNIT_ASSERT_THROW(
                connection.execute("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'planted'"),
                Deadlock);
            CPPUNIT_ASSERT_THROW(add(), Deadlock);
            CPPUNIT_ASSERT_THROW(connection.query("SELECT 1"), Deadlock);
            CPPUNIT_ASSERT_THROW(connection.commit(), Deadlock);
            CPPUNIT_ASSERT_THROW(connection.commitAndQuery("SELECT 1"), Deadlock);
            CPPUNIT_ASSERT(connection.alive());
            connection.rollBack();
            CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, connection.query(kCount, {}, names)[0].integer(0));
            connection.begin();
            add();
            connection.commit();
            CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, connection.query(kCount, {}, names)[0].integer(0));
        });
    }

    // The caller may try another server then, unlike after a refusal.
    void aMissingServerIsUnavailable() {
        auto settings = testSettings().database;
        settings.socket = "/nonexistent/db.sock";
        Connections connections(settings, Account::kWorker);
        CPPUNIT_ASSERT_THROW(connections.borrow(), ConnectionLost);
    }

    void aWrongPasswordIsUnavailableAndNotTold() {
        const auto& database = testSettings().database;
        const Login login{database.socket.string(),
                          "",
                          database.port,
                          database.workerUser,
                          "a wrong; 'password'",
                          2,
                          2,
                          std::nullopt};
        try {
            const Connection connection(login);
            CPPUNIT_FAIL("it let us in");
        } catch (const ConnectionLost&) {
            CPPUNIT_FAIL("it would be tried at the next server");
        } catch (const domain::StorageUnavailable& error) {
            CPPUNIT_ASSERT(std::string(error.what()).find("1045") != std::string::npos);
            CPPUNIT_ASSERT(std::string(error.what()).find("a wrong") == std::string::npos);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConnectionTest);

}  // namespace claviger::tests

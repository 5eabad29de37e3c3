// The server prepares statements that come again and again. This changes nothing except the time that they take.

#include "persistence/connection/prepared_statements.h"

#include "persistence/connection/errors.h"
#include "tests/contract/database/connection_fixture.h"
#include "tests/contract/samples.h"

namespace claviger::tests {

using namespace persistence;

class PreparedStatementsTest : public ConnectionFixture {
    CPPUNIT_TEST_SUITE(PreparedStatementsTest);
    CPPUNIT_TEST(theLeastRecentlyUsedMakesRoomAndItsNameIsPreparedAnew);
    CPPUNIT_TEST(whereNoMoreMayBePreparedWhatIsGoesOn);
    CPPUNIT_TEST(whatComesAgainIsPreparedOnce);
    CPPUNIT_TEST(whatComesByTurnsOfManyIsNeverPrepared);
    CPPUNIT_TEST(whatIsPreparedFollowsAnAlteredTable);
    CPPUNIT_TEST(whatWasToBePreparedIsPreparedAfterAFailure);
    CPPUNIT_TEST_SUITE_END();

    static constexpr Sql kAttempt = "INSERT INTO {schema}.login_attempts (budget_hash, failed_at) VALUES (?, ?)";
    static constexpr Sql kCountAttempts = "SELECT COUNT(*) FROM {schema}.login_attempts";
    static constexpr Sql kFailing = "INSERT INTO {schema}.no_such_table VALUES (1)";
    static Values attempt() { return {Bytes{std::string(32, 'x')}, kNoon}; }

    static bool isMariaDb(Connection& connection) {
        return connection.query("SELECT VERSION() LIKE '%MariaDB%'")[0].integer(0) != 0;
    }

    struct Statements {
        std::int64_t prepared, executed;
        bool operator==(const Statements&) const = default;
    };
    static Statements statements(Connection& connection) {
        const auto count = [&](Sql status) { return connection.query(status)[0].integer(1); };
        return {count("SHOW SESSION STATUS LIKE 'Com_prepare_sql'"),
                count("SHOW SESSION STATUS LIKE 'Com_execute_sql'")};
    }
    void theLeastRecentlyUsedMakesRoomAndItsNameIsPreparedAnew() {
        PreparedStatements statements(2);
        for (const auto* text : {"a", "b"}) CPPUNIT_ASSERT(!statements.use(text));
        const auto name = statements.use("a")->name;
        CPPUNIT_ASSERT(statements.use("a")->known);
        CPPUNIT_ASSERT(statements.use("b")->name != name);
        CPPUNIT_ASSERT(!statements.use("c"));  // in the place of a
        const auto use = statements.use("c");
        CPPUNIT_ASSERT_EQUAL(name, use->name);
        CPPUNIT_ASSERT(!use->known);
        CPPUNIT_ASSERT(!statements.use("a"));
    }

    void whereNoMoreMayBePreparedWhatIsGoesOn() {
        PreparedStatements statements(2);
        for (int i = 0; i < 2; ++i) (void)statements.use("known");
        CPPUNIT_ASSERT(!statements.use("new"));
        CPPUNIT_ASSERT(!statements.use("new", false));
        CPPUNIT_ASSERT(statements.use("known", false)->known);
        CPPUNIT_ASSERT(!statements.use("new")->known);
    }

    void whatComesAgainIsPreparedOnce() {
        onTenant([](Connection& connection, const Names& names) {
            const auto before = statements(connection);
            for (int i = 0; i < 5; ++i) connection.execute(kAttempt, attempt(), names);
            CPPUNIT_ASSERT_EQUAL(std::int64_t{5}, connection.query(kCountAttempts, {}, names)[0].integer(0));
            const Statements expected{before.prepared + 1, before.executed + 4};
            CPPUNIT_ASSERT(!isMariaDb(connection) || statements(connection) == expected);
        });
    }

    // The statements are those of more tenants than a connection prepares statements for.
    void whatComesByTurnsOfManyIsNeverPrepared() {
        const auto lease = database().tool().borrow();
        const auto before = statements(*lease);
        for (int turn = 0; turn < 3; ++turn)
            for (int i = 0; i < 40; ++i) {
                const auto alias = domain::SchemaName::parse("claviger_t_x" + std::to_string(i)).value();
                lease->query("SELECT {alias}.one FROM (SELECT ? AS one) {alias}", {std::int64_t{i}},
                             {{"alias", Identifier::schema(alias)}});
            }
        CPPUNIT_ASSERT(before == statements(*lease));
    }

    void whatIsPreparedFollowsAnAlteredTable() {
        onTenant([](Connection& connection, const Names& names) {
            const Sql everything = "SELECT * FROM {schema}.login_attempts WHERE failed_at = ?";
            for (int i = 0; i < 3; ++i) connection.execute(kAttempt, attempt(), names);
            for (int i = 0; i < 3; ++i) CPPUNIT_ASSERT(!connection.query(everything, {kNoon}, names)[0].isNull(1));
            const auto other = database().tool().borrow();
            other->execute(
                "ALTER TABLE {schema}.login_attempts ADD COLUMN more VARCHAR(300) NOT NULL DEFAULT 'x' FIRST", {},
                names);
            const auto rows = connection.query(everything, {kNoon}, names);
            CPPUNIT_ASSERT_EQUAL(std::string("x"), rows[0].text(0));
            connection.execute(kAttempt, attempt(), names);
            CPPUNIT_ASSERT_EQUAL(std::int64_t{4}, connection.query(kCountAttempts, {}, names)[0].integer(0));
        });
    }

    // The failure comes before the statement that would have been prepared.
    void whatWasToBePreparedIsPreparedAfterAFailure() {
        onTenant([](Connection& connection, const Names& names) {
            connection.execute(kAttempt, attempt(), names);
            connection.executeLater(kFailing, {}, names);
            CPPUNIT_ASSERT_THROW(connection.execute(kAttempt, attempt(), names), DatabaseError);
            connection.begin();
            connection.executeLater(kAttempt, attempt(), names);
            connection.executeLater(kAttempt, attempt(), names);
            connection.rollBack();  // nothing of it was sent
            for (int i = 0; i < 3; ++i) connection.execute(kAttempt, attempt(), names);
            CPPUNIT_ASSERT_EQUAL(std::int64_t{4}, connection.query(kCountAttempts, {}, names)[0].integer(0));
        });
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PreparedStatementsTest);

}  // namespace claviger::tests

// How values become part of a statement, and rows become values again. It needs no database.

#include "persistence/connection/statement.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>

#include "persistence/connection/errors.h"
#include "persistence/connection/rows.h"
#include "tests/contract/samples.h"

namespace claviger::tests {

using namespace persistence;

class StatementTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(StatementTest);
    CPPUNIT_TEST(writesBytesAndTextAsHexadecimalDigits);
    CPPUNIT_TEST(writesNumbersTimesAndNull);
    CPPUNIT_TEST(aValueIsNeverReadAsAPlace);
    CPPUNIT_TEST(refusesTooFewAndTooManyValues);
    CPPUNIT_TEST(sendsTheValuesApartWhereTheServerPrepares);
    CPPUNIT_TEST(refusesAnUnknownName);
    CPPUNIT_TEST(quotesNames);
    CPPUNIT_TEST(escapesWildcardsInGrants);
    CPPUNIT_TEST(aRoleIsNamedByTheWholeIdOfItsTenant);
    CPPUNIT_TEST(writesTuplesAsATable);
    CPPUNIT_TEST(readsWhatHasTheExpectedShape);
    CPPUNIT_TEST(refusesWhatHasAnotherShape);
    CPPUNIT_TEST(namesTheIndexOfADuplicateAndNotTheValue);
    CPPUNIT_TEST(tellsNoServerTextThatMayHoldValues);
    CPPUNIT_TEST_SUITE_END();

    static domain::SchemaName schema(const char* name) { return domain::SchemaName::parse(name).value(); }

    static ServerError duplicate(const char* text) { return {1062, text}; }

    static std::string indexOf(const ServerError& error) {
        try {
            raise(error, Carried::kValues);
        } catch (const DuplicateKey& thrown) {
            CPPUNIT_ASSERT(std::string(thrown.what()).find("secret") == std::string::npos);
            return thrown.index();
        }
    }

    void writesBytesAndTextAsHexadecimalDigits() {
        CPPUNIT_ASSERT_EQUAL(
            std::string("SELECT x'0027ff', _utf8mb4 x'c3a927', x''"),
            compose("SELECT ?, ?, ?", {Bytes{std::string("\0'\xFF", 3)}, Text{"\xC3\xA9'"}, Bytes{""}}, {}));
    }

    void writesNumbersTimesAndNull() {
        CPPUNIT_ASSERT_EQUAL(std::string("SELECT -7, NULL, TIMESTAMP'2026-11-23 12:00:00.123456'"),
                             compose("SELECT ?, ?, ?", {std::int64_t{-7}, Null{}, kNoon}, {}));
    }

    void sendsTheValuesApartWhereTheServerPrepares() {
        const auto text = composeTemplate("SELECT ? FROM {schema}.t WHERE y = ?",
                                          {{"schema", Identifier::schema(schema("claviger_t_acme"))}});
        CPPUNIT_ASSERT_EQUAL(std::string("SELECT ? FROM `claviger_t_acme`.t WHERE y = ?"), text);
        CPPUNIT_ASSERT_EQUAL(std::string("PREPARE s1 FROM _utf8mb4 x'3f27'"), composePrepare("s1", "?'"));
        CPPUNIT_ASSERT_EQUAL(std::string("EXECUTE s1 USING NULL, _utf8mb4 x'3f'"),
                             composeExecute("s1", {Null{}, Text{"?"}}));
    }

    void aValueIsNeverReadAsAPlace() {
        CPPUNIT_ASSERT_EQUAL(std::string("SELECT x'3f7b737d', 1"),
                             compose("SELECT ?, ?", {Bytes{"?{s}"}, std::int64_t{1}}, {}));
    }

    void refusesTooFewAndTooManyValues() {
        CPPUNIT_ASSERT_THROW(compose("SELECT ?, ?", {std::int64_t{1}}, {}), std::logic_error);
        CPPUNIT_ASSERT_THROW(compose("SELECT ?", {std::int64_t{1}, std::int64_t{2}}, {}), std::logic_error);
    }

    void refusesAnUnknownName() {
        CPPUNIT_ASSERT_THROW(compose("SELECT 1 FROM {schema}.t", {}, {}), std::logic_error);
        CPPUNIT_ASSERT_THROW(compose("SELECT 1 FROM {schema", {}, {}), std::logic_error);
    }

    void quotesNames() {
        CPPUNIT_ASSERT_EQUAL(
            std::string("SELECT 1 FROM `claviger_t_a_b`.users"),
            compose("SELECT 1 FROM {schema}.users", {}, {{"schema", Identifier::schema(schema("claviger_t_a_b"))}}));
        CPPUNIT_ASSERT_EQUAL(std::string("`o``brien`@`%`"), Identifier::account("o`brien", "%").text());
    }

    void escapesWildcardsInGrants() {
        CPPUNIT_ASSERT_EQUAL(std::string("`claviger\\_t\\_a\\_b`"),
                             Identifier::schemaInGrant(schema("claviger_t_a_b")).text());
    }

    // By Python's base64.b32encode, in lower case and without its padding.
    void aRoleIsNamedByTheWholeIdOfItsTenant() {
        const auto id = domain::TenantId::parse("01936b1e-0000-7000-8123-456789abcdef").value();
        CPPUNIT_ASSERT_EQUAL(std::string("`clv_agjwwhqaabyabajdivtytk6n54`"), Identifier::role(id).text());
        CPPUNIT_ASSERT_EQUAL(std::string("`clv_8123456789abcdef`"), Identifier::formerRole(id).text());
    }

    void writesTuplesAsATable() {
        const Tuples tuples{{std::int64_t{1}, Null{}}, {std::int64_t{2}, std::int64_t{3}}};
        CPPUNIT_ASSERT_EQUAL(
            std::string("UPDATE `claviger` JOIN (SELECT 1 AS c1, NULL AS c2 UNION ALL SELECT 2, 3) p"),
            composeOnTuples("UPDATE {schema} JOIN ({tuples}) p", tuples, {{"schema", Identifier::controlSchema()}}));
    }

    void readsWhatHasTheExpectedShape() {
        const Rows rows({{"text", "-12", "2026-11-23 12:00:00.123456", std::nullopt}});
        CPPUNIT_ASSERT_EQUAL(std::string("text"), rows[0].text(0));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{-12}, rows[0].integer(1));
        CPPUNIT_ASSERT(rows[0].timestamp(2) == kNoon);
        CPPUNIT_ASSERT(rows[0].maybeTimestamp(2) == kNoon);
        CPPUNIT_ASSERT(rows[0].isNull(3));
        CPPUNIT_ASSERT(!rows[0].maybeTimestamp(3));
    }

    void refusesWhatHasAnotherShape() {
        const Rows rows(
            {{std::nullopt, "12x", "", "9223372036854775808", "2026-11-23 12:00:00", "2026-13-23 12:00:00.123456"}});
        CPPUNIT_ASSERT_THROW(rows[0].text(0), std::logic_error);
        CPPUNIT_ASSERT_THROW(rows[0].timestamp(0), std::logic_error);
        CPPUNIT_ASSERT_THROW(rows[0].integer(1), std::logic_error);
        CPPUNIT_ASSERT_THROW(rows[0].integer(2), std::logic_error);
        CPPUNIT_ASSERT_THROW(rows[0].integer(3), std::logic_error);
        CPPUNIT_ASSERT_THROW(rows[0].timestamp(4), std::logic_error);
        CPPUNIT_ASSERT_THROW(rows[0].timestamp(5), std::logic_error);
        CPPUNIT_ASSERT_THROW(rows[0].text(6), std::logic_error);
        CPPUNIT_ASSERT_THROW(rows[1], std::out_of_range);
    }

    void namesTheIndexOfADuplicateAndNotTheValue() {
        CPPUNIT_ASSERT_EQUAL(std::string("users_email"),
                             indexOf(duplicate("Duplicate entry 'secret' for key 'users_email'")));
        CPPUNIT_ASSERT_EQUAL(std::string("users_email"),
                             indexOf(duplicate("Duplicate entry 'secret' for key 'users.users_email'")));
        CPPUNIT_ASSERT_EQUAL(std::string("PRIMARY"),
                             indexOf(duplicate("Duplicate entry 'a' for key 'secret' for key 'PRIMARY'")));
    }

    void tellsNoServerTextThatMayHoldValues() {
        for (const unsigned number : {1064U, 1292U, 1366U, 1411U}) {
            try {
                raise({number, "near 'secret'"}, Carried::kValues);
            } catch (const DatabaseError& error) {
                CPPUNIT_ASSERT_EQUAL(number, error.number());
                CPPUNIT_ASSERT_EQUAL("database error " + std::to_string(number), std::string(error.what()));
            }
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StatementTest);

}  // namespace claviger::tests

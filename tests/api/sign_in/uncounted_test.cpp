// POST /login where failed attempts cannot be counted, and beside a table of expired ones. No wrong guess is uncounted,
// and neither status nor work shows which accounts exist.
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <cstdlib>

#include "tests/api/attacks/hashings.h"
#include "tests/support/test_service.h"

namespace claviger::tests {

class UncountedAttemptsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(UncountedAttemptsTest);
    CPPUNIT_TEST(hashesNothingWhereTheTableTakesNoRows);
    CPPUNIT_TEST(hashesNothingWhereTheTableIsMissing);
    CPPUNIT_TEST(countsEveryWrongGuessBesideExpiredOnes);
    CPPUNIT_TEST(clearsExpiredAttemptsAwayByAndBy);
    CPPUNIT_TEST(anAttemptThatCannotBeClearedAwayChangesNothing);
    CPPUNIT_TEST_SUITE_END();

    static constexpr auto kUnknown = "nobody@example.com";
    TestTenant tenant_;

    static int expired() { return std::getenv("TEST_LONG") != nullptr && *std::getenv("TEST_LONG") ? 500'000 : 50'000; }

    // A right and a wrong password, of a known and an unknown account, get the same answer. Nothing is hashed or
    // stored.
    void refusesAllAlike() {
        const int before = hashings;
        for (const auto* email : {TestTenant::kOwner, kUnknown})
            for (const auto* password : {TestTenant::kPassword, "a wrong password"}) {
                auto browser = tenant_.browser();
                const auto answer = browser.signIn(email, password);
                CPPUNIT_ASSERT_EQUAL(503, answer.status());
                CPPUNIT_ASSERT_EQUAL(std::string("1"), answer.header("Retry-After"));
                CPPUNIT_ASSERT(!browser.cookies().contains("claviger_session"));
            }
        CPPUNIT_ASSERT_EQUAL(before, hashings.load());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("sessions"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("audit_events WHERE action LIKE 'sign%'"));
    }

    void hashesNothingWhereTheTableTakesNoRows() {
        tenant_.execute("ALTER TABLE {schema}.login_attempts ADD CONSTRAINT full CHECK (failed_at < '2000-01-01')");
        refusesAllAlike();
        tenant_.execute("ALTER TABLE {schema}.login_attempts DROP CONSTRAINT full");
        CPPUNIT_ASSERT_EQUAL(303, tenant_.browser().signIn(TestTenant::kOwner, TestTenant::kPassword).status());
    }

    void hashesNothingWhereTheTableIsMissing() {
        tenant_.execute("RENAME TABLE {schema}.login_attempts TO {schema}.login_attempts_away");
        refusesAllAlike();
        tenant_.execute("RENAME TABLE {schema}.login_attempts_away TO {schema}.login_attempts");
        CPPUNIT_ASSERT_EQUAL(303, tenant_.browser().signIn(TestTenant::kOwner, TestTenant::kPassword).status());
    }

    // Inserts the newest rows first, so that each guess finds its own budget full of expired ones.
    void fillWithExpired() {
        auto attacker = tenant_.browser();
        for (const auto* email : {TestTenant::kOwner, kUnknown})
            CPPUNIT_ASSERT_EQUAL(401, attacker.signIn(email, "a wrong password").status());
        const auto rows = std::to_string(expired() / 4);
        tenant_.execute(
            "INSERT INTO {schema}.login_attempts (budget_hash, failed_at) SELECT a.budget_hash, "
            "UTC_TIMESTAMP(6) - INTERVAL 31 MINUTE - INTERVAL seq SECOND FROM {schema}.login_attempts a JOIN "
            "{schema}.seq_1_to_" +
            rows);
    }

    void countsEveryWrongGuessBesideExpiredOnes() {
        fillWithExpired();
        const auto began = std::chrono::steady_clock::now();
        for (const auto* email : {TestTenant::kOwner, kUnknown}) {
            auto attacker = tenant_.browser();
            for (int i = 1; i < 10; ++i) CPPUNIT_ASSERT_EQUAL(401, attacker.signIn(email, "a wrong password").status());
            CPPUNIT_ASSERT_EQUAL(429, attacker.signIn(email, TestTenant::kPassword).status());
        }
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - began < std::chrono::seconds{10});
        CPPUNIT_ASSERT_EQUAL(std::int64_t{20}, tenant_.count("audit_events WHERE action = 'sign_in_refused'"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{40},
                             tenant_.count("login_attempts WHERE failed_at > UTC_TIMESTAMP(6) - INTERVAL 15 MINUTE"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("sessions"));
    }

    void clearsExpiredAttemptsAwayByAndBy() {
        fillWithExpired();
        const auto before = tenant_.count("login_attempts");
        CPPUNIT_ASSERT_EQUAL(401, tenant_.browser().signIn(TestTenant::kOwner, "a wrong password").status());
        CPPUNIT_ASSERT_EQUAL(before + 2 - 100, tenant_.count("login_attempts"));
    }

    void anAttemptThatCannotBeClearedAwayChangesNothing() {
        tenant_.execute(
            "INSERT INTO {schema}.login_attempts (budget_hash, failed_at) VALUES (UNHEX(SHA2('x', 256)), "
            "'2026-01-01')");
        tenant_.execute(
            "CREATE TABLE {schema}.keeper (id BIGINT PRIMARY KEY, FOREIGN KEY (id) REFERENCES "
            "{schema}.login_attempts (id))");
        tenant_.execute("INSERT INTO {schema}.keeper SELECT id FROM {schema}.login_attempts");
        CPPUNIT_ASSERT_EQUAL(401, tenant_.browser().signIn(TestTenant::kOwner, "a wrong password").status());
        CPPUNIT_ASSERT_EQUAL(303, tenant_.browser().signIn(TestTenant::kOwner, TestTenant::kPassword).status());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("login_attempts WHERE failed_at = '2026-01-01'"));
        tenant_.execute("DROP TABLE {schema}.keeper");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(UncountedAttemptsTest);

}  // namespace claviger::tests

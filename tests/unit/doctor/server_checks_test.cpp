#include "domain/doctor/server_checks.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <stdexcept>

namespace claviger::tests {
namespace {

using domain::Finding;
using domain::ServerFacts;
using domain::Severity;

class ServerChecksTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ServerChecksTest);
    CPPUNIT_TEST(aSoundServerHasNothingToSay);
    CPPUNIT_TEST(findsCommitsThatACrashUndoes);
    CPPUNIT_TEST(findsABinaryLogThatLagsBehindWhereThereIsOne);
    CPPUNIT_TEST(findsPagesThatACrashTears);
    CPPUNIT_TEST(findsAServerThatTakesNoWrites);
    CPPUNIT_TEST(findsConnectionsOfAnotherTimeZoneOrMode);
    CPPUNIT_TEST(measuresCachesByTheTenants);
    CPPUNIT_TEST(findsACacheThatTheOpenFilesDoNotLetFill);
    CPPUNIT_TEST(measuresConnectionsByTheWorkers);
    CPPUNIT_TEST(showsHowConnectionsAreEncryptedAndWarnsWhereTheyAreNot);
    CPPUNIT_TEST(warnsOfACertificateThatEndsSoon);
    CPPUNIT_TEST_SUITE_END();

    static ServerFacts sound() {
        return {{{"innodb_flush_log_at_trx_commit", "1"},
                 {"log_bin", "ON"},
                 {"sync_binlog", "1"},
                 {"innodb_doublewrite", "ON"},
                 {"read_only", "OFF"},
                 {"table_open_cache", "2000"},
                 {"table_definition_cache", "2000"},
                 {"open_files_limit", "32000"},
                 {"max_connections", "151"}},
                "STRICT_ALL_TABLES",
                "+00:00",
                2,
                8};
    }

    static domain::Settings settings() {
        domain::Settings settings;
        settings.fcgi.workers = 2;
        return settings;
    }

    // The finding of a check. It must have a fix if it is not good, and none if it is.
    static Finding finding(const ServerFacts& facts, const std::string& check) {
        const auto all = domain::checkServer(settings(), facts);
        const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.check == check; });
        CPPUNIT_ASSERT_MESSAGE(check, found != all.end());
        CPPUNIT_ASSERT_EQUAL(found->severity == Severity::kGood, found->fix.empty());
        return *found;
    }

    static Finding with(const std::string& variable, const std::string& value, const std::string& check) {
        auto facts = sound();
        facts.variables[variable] = value;
        return finding(facts, check);
    }

    static void assertSays(const std::string& part, const std::string& text) {
        CPPUNIT_ASSERT_MESSAGE("\"" + part + "\" is not in \"" + text + "\"", text.find(part) != std::string::npos);
    }

    void aSoundServerHasNothingToSay() {
        for (const auto& finding : domain::checkServer(settings(), sound())) {
            CPPUNIT_ASSERT_MESSAGE(finding.check + ": " + finding.what, finding.severity == Severity::kGood);
            CPPUNIT_ASSERT(finding.fix.empty());
        }
    }

    void findsCommitsThatACrashUndoes() {
        for (const auto* value : {"0", "2"}) {
            const auto found = with("innodb_flush_log_at_trx_commit", value, "durability_log");
            CPPUNIT_ASSERT(found.severity == Severity::kSerious);
            assertSays("innodb_flush_log_at_trx_commit = 1", found.fix);
        }
    }

    void findsABinaryLogThatLagsBehindWhereThereIsOne() {
        const auto found = with("sync_binlog", "0", "durability_binlog");
        CPPUNIT_ASSERT(found.severity == Severity::kSerious);
        assertSays("sync_binlog = 1", found.fix);
        auto without = sound();
        without.variables["log_bin"] = "OFF";
        without.variables["sync_binlog"] = "0";
        CPPUNIT_ASSERT(finding(without, "durability_binlog").severity == Severity::kGood);
    }

    void findsPagesThatACrashTears() {
        for (const auto* value : {"OFF", "0"})
            CPPUNIT_ASSERT(with("innodb_doublewrite", value, "durability_pages").severity == Severity::kWarning);
    }

    void findsAServerThatTakesNoWrites() {
        CPPUNIT_ASSERT(with("read_only", "ON", "writer").severity == Severity::kSerious);
    }

    void findsConnectionsOfAnotherTimeZoneOrMode() {
        auto facts = sound();
        facts.timeZoneHere = "SYSTEM";
        facts.sqlModeHere = "NO_ENGINE_SUBSTITUTION";
        CPPUNIT_ASSERT(finding(facts, "time_zone").severity == Severity::kSerious);
        CPPUNIT_ASSERT(finding(facts, "sql_mode").severity == Severity::kSerious);
        assertSays("NO_ENGINE_SUBSTITUTION", finding(facts, "sql_mode").what);
    }

    void measuresCachesByTheTenants() {
        for (const auto* cache : {"table_open_cache", "table_definition_cache"}) {
            auto facts = sound();
            facts.tenants = 237;  // of eight tables each, and a hundred besides: within 2,000
            CPPUNIT_ASSERT(finding(facts, cache).severity == Severity::kGood);
            facts.tenants = 1000;
            const auto found = finding(facts, cache);
            CPPUNIT_ASSERT(found.severity == Severity::kWarning);
            assertSays("1000 tenants have about 8100 tables", found.what);
            assertSays(std::string(cache) + " = 16200", found.fix);
        }
    }

    void findsACacheThatTheOpenFilesDoNotLetFill() {
        CPPUNIT_ASSERT(with("open_files_limit", "1024", "open_files").severity == Severity::kWarning);
    }

    // Two workers with eight threads and five for other work, twice that while they are renewed, and ten other
    // connections: 62.
    void measuresConnectionsByTheWorkers() {
        CPPUNIT_ASSERT(with("max_connections", "62", "max_connections").severity == Severity::kGood);
        CPPUNIT_ASSERT(with("max_connections", "61", "max_connections").severity == Severity::kWarning);
        CPPUNIT_ASSERT(with("max_connections", "30", "max_connections").severity == Severity::kSerious);
    }

    static Finding tlsFinding(const domain::Settings& settings, const ServerFacts& facts) {
        for (const auto& finding : domain::checkServer(settings, facts))
            if (finding.check == "database_tls") return finding;
        CPPUNIT_FAIL("nothing is said of TLS");
        throw std::logic_error("never here");
    }

    static domain::Settings overTcp() {
        auto over = settings();
        over.database.hosts = {{"db.example", std::nullopt}};
        return over;
    }

    void showsHowConnectionsAreEncryptedAndWarnsWhereTheyAreNot() {
        assertSays("unix socket", tlsFinding(settings(), sound()).what);
        const auto plain = tlsFinding(overTcp(), sound());
        CPPUNIT_ASSERT(plain.severity == Severity::kWarning);
        assertSays("plain text", plain.what);
        assertSays("Set up TLS", plain.fix);
        auto facts = sound();
        facts.tlsVersionHere = "TLSv1.3";
        facts.tlsCipherHere = "TLS_AES_256_GCM_SHA384";
        const auto encrypted = tlsFinding(overTcp(), facts);
        CPPUNIT_ASSERT(encrypted.severity == Severity::kGood);
        assertSays("TLSv1.3 with TLS_AES_256_GCM_SHA384", encrypted.what);
    }

    void warnsOfACertificateThatEndsSoon() {
        auto facts = sound();
        facts.tlsCipherHere = "some";
        for (const auto& [days, severity] : {std::pair(14, Severity::kGood), std::pair(13, Severity::kWarning)}) {
            facts.certificateDays = days;
            const auto finding = tlsFinding(overTcp(), facts);
            CPPUNIT_ASSERT(finding.severity == severity);
            assertSays(std::to_string(days) + " more days", finding.what);
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ServerChecksTest);

}  // namespace
}  // namespace claviger::tests

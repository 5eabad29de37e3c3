#include "domain/configuration/settings.h"

#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.h"

namespace claviger::tests {
namespace {

using domain::BadConfiguration;
using domain::Settings;

class SettingsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SettingsTest);
    CPPUNIT_TEST(hasDefaultsForWhatIsNotSet);
    CPPUNIT_TEST(readsEverySetting);
    CPPUNIT_TEST(readsTheNodesOfAClusterInTheirOrder);
    CPPUNIT_TEST(refusesAServerThatIsNoHostAndPort);
    CPPUNIT_TEST(passesOverBlanksCommentsAndCarriageReturns);
    CPPUNIT_TEST(takesPathsRelativeToTheFile);
    CPPUNIT_TEST(letsTheEnvironmentOverride);
    CPPUNIT_TEST(passesOverVariablesOfOthers);
    CPPUNIT_TEST(namesTheNearestSettingForAnUnknownOne);
    CPPUNIT_TEST(namesAllSettingsWhereNoneIsNear);
    CPPUNIT_TEST(namesTheNearestVariableForAnUnknownOne);
    CPPUNIT_TEST(refusesAWordThatIsNoChoice);
    CPPUNIT_TEST(refusesASettingGivenTwice);
    CPPUNIT_TEST(refusesALineOfAnotherForm);
    CPPUNIT_TEST(refusesNumbersOutsideTheirRange);
    CPPUNIT_TEST(refusesAFileThatCannotBeReadAndSaysWhy);
    CPPUNIT_TEST(readsASecretWithoutItsClosingNewline);
    CPPUNIT_TEST(refusesASecretThatCannotBeRead);
    CPPUNIT_TEST(refusesASecretThatOtherAccountsCanRead);
    CPPUNIT_TEST_SUITE_END();

    TemporaryFolder folder_;

    Settings load(const std::string& content, const Settings::Environment& environment = {}) const {
        return Settings::load(folder_.write("claviger.conf", content), environment);
    }

    // The text for the operator when this configuration is refused.
    std::string refusal(const std::string& content, const Settings::Environment& environment = {}) const {
        try {
            load(content, environment);
        } catch (const BadConfiguration& refused) {
            return refused.what();
        }
        return "nothing was refused";
    }

    static void assertContains(const std::string& part, const std::string& text) {
        CPPUNIT_ASSERT_MESSAGE(text, text.find(part) != std::string::npos);
    }

    void hasDefaultsForWhatIsNotSet() {
        const auto settings = load("");
        CPPUNIT_ASSERT_EQUAL(3306U, settings.database.port);
        CPPUNIT_ASSERT_EQUAL(2U, settings.database.timeoutSeconds);
        CPPUNIT_ASSERT_EQUAL(std::string("claviger_worker"), settings.database.workerUser);
        CPPUNIT_ASSERT_EQUAL(std::string("claviger_tool"), settings.database.toolUser);
        CPPUNIT_ASSERT(settings.database.pruneUser.empty());
        CPPUNIT_ASSERT_EQUAL(19U, settings.passwords.memoryMib);
        CPPUNIT_ASSERT_EQUAL(2U, settings.passwords.passes);
        CPPUNIT_ASSERT(settings.limits.changes == 2000U);
        CPPUNIT_ASSERT_EQUAL(4096U, settings.keys.cacheLists);
        CPPUNIT_ASSERT_EQUAL(8U, settings.fcgi.threads);
        CPPUNIT_ASSERT_EQUAL(0U, settings.fcgi.workers);
        CPPUNIT_ASSERT(settings.database.socket.empty());
        CPPUNIT_ASSERT(settings.database.tls == Settings::Tls::kRequired);
        CPPUNIT_ASSERT(settings.database.tlsCa.empty() && settings.database.tlsCert.empty());
        CPPUNIT_ASSERT(settings.pepperFile.empty());
        CPPUNIT_ASSERT(settings.pepperOtherFile.empty());
        CPPUNIT_ASSERT(settings.fcgi.user.empty());
    }

    void readsEverySetting() {
        const auto settings = load(
            "database.socket = /a\ndatabase.host = db.example\ndatabase.port = 3307\ndatabase.timeout_seconds = 3\n"
            "database.worker_user = w\ndatabase.worker_password_file = /b\ndatabase.tool_user = t\n"
            "database.prune_user = p\ndatabase.prune_password_file = /m\n"
            "database.tool_password_file = /c\ndatabase.tls = off\ndatabase.tls_ca = /j\ndatabase.tls_cert = /k\n"
            "database.tls_key = /l\nfcgi.socket = /d\nfcgi.workers = 4\nfcgi.threads = 5\n"
            "limits.changes = 7\nverify.cache_keys = 8\nkeys.cache_lists = 9\npasswords.memory_mib = "
            "64\npasswords.passes = 3\npepper.file = /e\npepper.other_file "
            "= /i\nfcgi.user = "
            "claviger\nrun.folder = "
            "/f\n"
            "templates.folder = /g\nmigrations.folder = /h\n");
        CPPUNIT_ASSERT_EQUAL(std::string("/a"), settings.database.socket.string());
        CPPUNIT_ASSERT_EQUAL(std::string("db.example"), serversOf(settings));
        CPPUNIT_ASSERT_EQUAL(3307U, settings.database.port);
        CPPUNIT_ASSERT_EQUAL(3U, settings.database.timeoutSeconds);
        CPPUNIT_ASSERT_EQUAL(std::string("w"), settings.database.workerUser);
        CPPUNIT_ASSERT_EQUAL(std::string("/b"), settings.database.workerPasswordFile.string());
        CPPUNIT_ASSERT_EQUAL(std::string("t"), settings.database.toolUser);
        CPPUNIT_ASSERT_EQUAL(std::string("/c"), settings.database.toolPasswordFile.string());
        CPPUNIT_ASSERT_EQUAL(std::string("p"), settings.database.pruneUser);
        CPPUNIT_ASSERT_EQUAL(std::string("/m"), settings.database.prunePasswordFile.string());
        CPPUNIT_ASSERT(settings.database.tls == Settings::Tls::kOff);
        CPPUNIT_ASSERT_EQUAL(std::string("/j"), settings.database.tlsCa.string());
        CPPUNIT_ASSERT_EQUAL(std::string("/k"), settings.database.tlsCert.string());
        CPPUNIT_ASSERT_EQUAL(std::string("/l"), settings.database.tlsKey.string());
        CPPUNIT_ASSERT_EQUAL(std::string("/d"), settings.fcgi.socket.string());
        CPPUNIT_ASSERT_EQUAL(4U, settings.fcgi.workers);
        CPPUNIT_ASSERT_EQUAL(5U, settings.fcgi.threads);
        CPPUNIT_ASSERT(settings.limits.changes == 7U);
        CPPUNIT_ASSERT_EQUAL(8U, settings.verify.cacheKeys);
        CPPUNIT_ASSERT_EQUAL(9U, settings.keys.cacheLists);
        CPPUNIT_ASSERT(!load("limits.changes = off\n").limits.changes);
        CPPUNIT_ASSERT_EQUAL(64U, settings.passwords.memoryMib);
        CPPUNIT_ASSERT_EQUAL(3U, settings.passwords.passes);
        CPPUNIT_ASSERT_EQUAL(std::string("/e"), settings.pepperFile.string());
        CPPUNIT_ASSERT_EQUAL(std::string("/i"), settings.pepperOtherFile.string());
        CPPUNIT_ASSERT_EQUAL(std::string("claviger"), settings.fcgi.user);
        CPPUNIT_ASSERT_EQUAL(std::string("/f"), settings.runFolder.string());
        CPPUNIT_ASSERT_EQUAL(std::string("/g"), settings.templatesFolder.string());
        CPPUNIT_ASSERT_EQUAL(std::string("/h"), settings.migrationsFolder.string());
    }

    // HOST/PORT, with `-` for the port of database.port.
    static std::string serversOf(const Settings& settings) {
        std::string all;
        for (const auto& [host, port] : settings.database.hosts)
            all += (all.empty() ? "" : " ") + host + (port ? "/" + std::to_string(*port) : "");
        return all;
    }

    std::string serversOf(const std::string& value) const { return serversOf(load("database.host = " + value + "\n")); }

    void readsTheNodesOfAClusterInTheirOrder() {
        CPPUNIT_ASSERT_EQUAL(std::string("db-2/3307 db-1 10.0.0.3/65535"),
                             serversOf("db-2:3307, db-1 ,10.0.0.3:65535"));
        CPPUNIT_ASSERT_EQUAL(std::string("::1 fe80::2 fe80::3/3307"), serversOf("::1,[fe80::2],[fe80::3]:3307"));
        CPPUNIT_ASSERT_EQUAL(std::string(), serversOf(""));
        CPPUNIT_ASSERT_EQUAL(std::string("c/1 d"),
                             serversOf(load("database.host = a,b\n", {{"CLAVIGER_DATABASE_HOST", "c:1,d"}})));
    }

    void refusesAServerThatIsNoHostAndPort() {
        for (const auto* value :
             {"a,,b", "a,", ",a", ",", ":3306", "a b", "[::1", "[::1]x", "[]", "/run/db.sock", "a;b:"})
            assertContains("claviger.conf:1: database.host", refusal(std::string("database.host = ") + value + "\n"));
        assertContains("database.host must be HOST or HOST:PORT, or several with commas between, not \"a,,b\"",
                       refusal("database.host = a,,b\n"));
        for (const auto* port : {"0", "65536", "x", ""})
            assertContains("the port of \"b:" + std::string(port) + "\" must be a whole number from 1 to 65535",
                           refusal("database.host = a:1,b:" + std::string(port) + "\n"));
    }

    void passesOverBlanksCommentsAndCarriageReturns() {
        const auto settings =
            load("# a comment\r\n\r\n   \t\n  fcgi.threads\t=  7  \r\n#fcgi.workers = 9\nfcgi.workers=2");
        CPPUNIT_ASSERT_EQUAL(7U, settings.fcgi.threads);
        CPPUNIT_ASSERT_EQUAL(2U, settings.fcgi.workers);
    }

    void takesPathsRelativeToTheFile() {
        const auto settings = load("pepper.file = secrets/pepper\nrun.folder = ../run\ntemplates.folder =\n");
        CPPUNIT_ASSERT_EQUAL((folder_.path() / "secrets/pepper").string(), settings.pepperFile.string());
        CPPUNIT_ASSERT_EQUAL((folder_.path().parent_path() / "run").string(), settings.runFolder.string());
        CPPUNIT_ASSERT(settings.templatesFolder.empty());
    }

    void letsTheEnvironmentOverride() {
        const auto settings = load("fcgi.threads = 4\npepper.file = /a\n", {{"CLAVIGER_FCGI_THREADS", "6"},
                                                                            {"CLAVIGER_DATABASE_TOOL_USER", "other"},
                                                                            {"CLAVIGER_PEPPER_FILE", "pepper"}});
        CPPUNIT_ASSERT_EQUAL(6U, settings.fcgi.threads);
        CPPUNIT_ASSERT_EQUAL(std::string("other"), settings.database.toolUser);
        CPPUNIT_ASSERT_EQUAL((std::filesystem::current_path() / "pepper").string(), settings.pepperFile.string());
    }

    void passesOverVariablesOfOthers() {
        const auto settings = load("", {{"CLAVIGER_VAR", "/var/demo"}, {"PATH", "/bin"}, {"FCGI_THREADS", "9"}});
        CPPUNIT_ASSERT_EQUAL(8U, settings.fcgi.threads);
    }

    void namesTheNearestSettingForAnUnknownOne() {
        const auto text = refusal("\n# one\nfcgi.thread = 4\n");
        assertContains("claviger.conf:3", text);
        assertContains("\"fcgi.thread\"", text);
        assertContains("\"fcgi.threads\"", text);
        assertContains("did you mean \"database.worker_password_file\"", refusal("database.worker_passwordfile = x\n"));
        assertContains("there is no setting \"FCGI.THREADS\"", refusal("FCGI.THREADS = 4\n"));
        assertContains("there is no setting \"\"", refusal("= 4\n"));
    }

    void namesAllSettingsWhereNoneIsNear() {
        const auto text = refusal("nonsense = 1\n");
        assertContains("there is no setting \"nonsense\"; there are: database.socket, ", text);
        assertContains(", fcgi.threads, ", text);
        CPPUNIT_ASSERT(text.find("did you mean") == std::string::npos);
        assertContains("there are: CLAVIGER_DATABASE_SOCKET, ", refusal("", {{"CLAVIGER_NONSENSE", "1"}}));
    }

    void namesTheNearestVariableForAnUnknownOne() {
        assertContains("did you mean \"CLAVIGER_FCGI_WORKERS\"", refusal("", {{"CLAVIGER_FCGI_WORKER", "4"}}));
    }

    void refusesAWordThatIsNoChoice() {
        for (const auto* value : {"on", "OFF", "", "preferred"})
            assertContains("database.tls must be required or off, not \"" + std::string(value) + "\"",
                           refusal(std::string("database.tls = ") + value + "\n"));
    }

    void refusesASettingGivenTwice() {
        const auto text = refusal("fcgi.threads = 4\nfcgi.threads = 4\n");
        assertContains(":2", text);
        assertContains("fcgi.threads is set twice", text);
    }

    void refusesALineOfAnotherForm() { assertContains("name = value", refusal("fcgi.threads 4\n")); }

    void refusesNumbersOutsideTheirRange() {
        for (const auto* value : {"0", "65536", "-1", "+1", "1.5", "0x10", "3306x", "", "99999999999999999999", "3 3"})
            assertContains("database.port must be a whole number from 1 to 65535",
                           refusal(std::string("database.port = ") + value + "\n"));
        assertContains("from 0 to 256", refusal("fcgi.workers = 257\n"));
        assertContains("from 1 to 256", refusal("fcgi.threads = 0\n"));
        assertContains("from 8 to 1024", refusal("passwords.memory_mib = 7\n"));
        assertContains("from 1 to 16", refusal("passwords.passes = 17\n"));
        assertContains("limits.changes, where not \"off\", must be a whole number from 1 to 1000000, not \"none\"",
                       refusal("limits.changes = none\n"));
        assertContains("not \"0\"", refusal("limits.changes = 0\n"));
        assertContains("CLAVIGER_DATABASE_TIMEOUT_SECONDS must be",
                       refusal("", {{"CLAVIGER_DATABASE_TIMEOUT_SECONDS", "61"}}));
        CPPUNIT_ASSERT_EQUAL(65535U, load("database.port = 65535\n").database.port);
        CPPUNIT_ASSERT_EQUAL(1U, load("database.port = 1\n").database.port);
    }

    // The tool and the workers show the same text. So it advises no option that one of them does not have.
    void refusesAFileThatCannotBeReadAndSaysWhy() {
        for (const auto& [file, why] : {std::pair(folder_.path() / "absent.conf", "No such file or directory"),
                                        std::pair(folder_.path(), "Is a directory")}) {
            try {
                (void)Settings::load(file, {});
                CPPUNIT_FAIL(file.string() + " was read");
            } catch (const domain::UnreadableConfiguration& refused) {
                CPPUNIT_ASSERT_EQUAL("the configuration " + file.string() + " cannot be read: " + why,
                                     std::string(refused.what()));
            }
        }
    }

    void readsASecretWithoutItsClosingNewline() {
        CPPUNIT_ASSERT_EQUAL(std::string("s3cret"), domain::readSecretFile(folder_.write("a", "s3cret\n"), "x"));
        CPPUNIT_ASSERT_EQUAL(std::string("s3cret"), domain::readSecretFile(folder_.write("b", "s3cret"), "x"));
    }

    void refusesASecretThatCannotBeRead() {
        CPPUNIT_ASSERT_THROW(domain::readSecretFile(folder_.path() / "absent", "x"), domain::BadSecret);
        CPPUNIT_ASSERT_THROW(domain::readSecretFile(folder_.write("two lines", "a\nb\n"), "x"), domain::BadSecret);
        CPPUNIT_ASSERT_THROW(domain::readSecretFile({}, "database.tool_password_file"), BadConfiguration);
    }

    void refusesASecretThatOtherAccountsCanRead() {
        const auto file = folder_.write("open", "s3cret\n");
        std::filesystem::permissions(file, static_cast<std::filesystem::perms>(0644));
        try {
            (void)domain::readSecretFile(file, "database.tool_password_file");
            CPPUNIT_FAIL("it was read");
        } catch (const domain::BadSecret& refused) {
            assertContains("database.tool_password_file: " + file.string(), refused.what());
            assertContains("chmod 600 " + file.string(), refused.what());
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SettingsTest);

}  // namespace
}  // namespace claviger::tests

// A tenant's schema from nothing to the last migration: again, after crashes, in several runs at once, and refused.

#include <atomic>
#include <barrier>
#include <fstream>
#include <future>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include "domain/model/schema_version.h"
#include "domain/tenants/row_rules.h"
#include "persistence/archive/tenant_schema_rows.h"
#include "tests/migration/migration_fixture.h"

namespace claviger::tests {

class TenantMigrationsTest : public MigrationFixture {
    CPPUNIT_TEST_SUITE(TenantMigrationsTest);
    CPPUNIT_TEST(theCodeKnowsTheLastMigration);
    CPPUNIT_TEST(aFreshSchemaHasAllTablesAndItsVersion);
    CPPUNIT_TEST(theBaselineMakesWhatTheMigrationsMake);
    CPPUNIT_TEST(aRunKilledWithinTheBaselineIsFinished);
    CPPUNIT_TEST(anImportHasARuleForEveryColumn);
    CPPUNIT_TEST(aRuleAllowsNullWhereTheColumnDoes);
    CPPUNIT_TEST(aKeyTakesAsMuchRoomAliveAsDead);
    CPPUNIT_TEST(runningAgainChangesNothing);
    CPPUNIT_TEST(aRunKilledBeforeItsBookkeepingIsFinished);
    CPPUNIT_TEST(aRunKilledAfterAnAlterIsFinished);
    CPPUNIT_TEST(aRunKilledBeforeTheGrantsIsFinished);
    CPPUNIT_TEST(theFormerRoleIsMadeOnlyForEarlierWorkers);
    CPPUNIT_TEST(bringingUpNarrowsTheRoleOfTheReleaseBeforeWhileItIsUsed);
    CPPUNIT_TEST(dataOutlivesALaterMigration);
    CPPUNIT_TEST(theTenDevicesThatWereUsedLastStayKnown);
    CPPUNIT_TEST(anEditedMigrationIsRefusedAndNothingIsApplied);
    CPPUNIT_TEST(aNewerHistoryIsRefused);
    CPPUNIT_TEST(aFailingMigrationIsNamedAndFinishedOnceMended);
    CPPUNIT_TEST(anOlderProgramNeverLowersTheVersion);
    CPPUNIT_TEST(twoAtOnceEndWell);
    CPPUNIT_TEST_SUITE_END();

    static inline const int kHead = domain::kTenantSchemaVersion;

    // The name of the migration that would come `ahead` after the last one.
    static std::string next(std::string_view name, int ahead = 1) {
        const auto number = std::to_string(kHead + ahead);
        return std::string(4 - number.size(), '0') + number + "_" + std::string(name);
    }

    void theCodeKnowsTheLastMigration() { CPPUNIT_ASSERT_EQUAL(kHead, database().migrator().newestTenantVersion()); }

    void aFreshSchemaHasAllTablesAndItsVersion() {
        CPPUNIT_ASSERT_EQUAL(0, schemaVersion());
        bringUp();
        const auto made = shape();
        CPPUNIT_ASSERT_EQUAL(tablesOfThisRelease(), namesOf(made));
        for (const auto table : domain::knownTables())
            CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, database().count(tenant(), std::string(table)));
        CPPUNIT_ASSERT_EQUAL(kHead, recorded());
        CPPUNIT_ASSERT_EQUAL(kHead, schemaVersion());
    }

    // The statement that makes each table, by its name.
    std::map<std::string, std::string> shape() const {
        std::map<std::string, std::string> all;
        for (const auto& table : database().query(tenant(), "SHOW TABLES FROM {schema}"))
            all[*table.at(0)] = *database().query(tenant(), "SHOW CREATE TABLE {schema}." + *table.at(0)).at(0).at(1);
        return all;
    }

    static std::string tablesOfThisRelease() {
        auto tables = domain::knownTables();
        tables.insert("schema_migrations");
        return listed(tables);
    }
    static std::string namesOf(const std::map<std::string, std::string>& shape) {
        std::set<std::string_view> names;
        for (const auto& [table, statement] : shape) names.insert(table);
        return listed(names);
    }
    static std::string listed(const std::set<std::string_view>& names) {
        std::string text;
        for (const auto name : names) text.append(name) += " ";
        return text;
    }

    // Without the baseline: a schema at version 1 takes one migration after another.
    std::map<std::string, std::string> shapeByMigrations() const {
        migrator().makeTenantAt(tenant().schema, 1);
        migrator().bringUpTenant(tenant().schema);
        auto made = shape();
        database().execute(tenant(), "DROP SCHEMA {schema}");
        return made;
    }

    void theBaselineMakesWhatTheMigrationsMake() {
        const auto expected = shapeByMigrations();
        CPPUNIT_ASSERT_EQUAL(tablesOfThisRelease(), namesOf(expected));
        migrator().bringUpTenant(tenant().schema);
        CPPUNIT_ASSERT_EQUAL(kHead, recorded());
        for (const auto& [table, statement] : shape()) CPPUNIT_ASSERT_EQUAL(expected.at(table), statement);
        CPPUNIT_ASSERT_EQUAL(expected.size(), shape().size());
    }

    void aRunKilledWithinTheBaselineIsFinished() {
        const auto expected = shapeByMigrations();
        const auto tables = persistence::readBaseline(folder() / "tenant_baseline").tables;
        for (std::size_t made = 0; made <= tables.size(); ++made) {
            migrator().makeTenantAt(tenant().schema, 0);
            for (std::size_t i = 0; i < made; ++i) database().execute(tenant(), tables[i].text);
            migrator().bringUpTenant(tenant().schema);
            CPPUNIT_ASSERT_EQUAL(kHead, recorded());
            CPPUNIT_ASSERT(expected == shape());
            database().execute(tenant(), "DROP SCHEMA {schema}");
        }
    }

    void anImportHasARuleForEveryColumn() {
        bringUp();
        const auto connection = database().tool().borrow();
        for (const auto& table : persistence::tablesOf(*connection, tenant().schema))
            for (const auto& column : table.columns)
                CPPUNIT_ASSERT_MESSAGE(
                    table.name + "." + column.name + " has no rule: add one to domain/tenants/row_rules.cpp",
                    domain::findRule(table.name, column.name) != nullptr);
    }

    // A user_id that refuses NULL makes its table an owned one.
    void aRuleAllowsNullWhereTheColumnDoes() {
        bringUp();
        const auto columns = database().query(
            tenant(),
            "SELECT table_name, column_name, is_nullable FROM information_schema.columns WHERE table_schema = '" +
                tenant().schema.text() + "'");
        std::size_t compared = 0;
        for (const auto& column : columns) {
            const auto* rule = domain::findRule(*column.at(0), *column.at(1));
            if (rule == nullptr || !domain::isRestored(*column.at(0))) continue;
            const bool allowed = rule->empty == domain::ColumnRule::Empty::kAllowed;
            CPPUNIT_ASSERT_EQUAL_MESSAGE(*column.at(0) + "." + *column.at(1), *column.at(2) == "YES", allowed);
            ++compared;
        }
        CPPUNIT_ASSERT(compared > 30);
    }

    // In another format the row moves when the key dies. Where the disk is full, InnoDB loses the row on the way
    // (0011).
    void aKeyTakesAsMuchRoomAliveAsDead() {
        bringUp();
        const auto status = database().query(tenant(), "SHOW TABLE STATUS FROM {schema} LIKE 'api_keys'");
        CPPUNIT_ASSERT_EQUAL(std::string("Redundant"), status.at(0).at(3).value());
    }

    void runningAgainChangesNothing() {
        const auto history = [&] { return database().query(tenant(), "SELECT * FROM {schema}.schema_migrations"); };
        bringUp();
        const auto before = history();
        bringUp();
        CPPUNIT_ASSERT(before == history());
        CPPUNIT_ASSERT_EQUAL(kHead, schemaVersion());
    }

    void aRunKilledBeforeItsBookkeepingIsFinished() {
        bringUp();
        for (int version = kHead - 1; version >= 0; --version) {
            forgetAfter(version);
            bringUp();
            CPPUNIT_ASSERT_EQUAL(kHead, recorded());
        }
    }

    // Neither ADD COLUMN nor CREATE INDEX supports IF NOT EXISTS on every engine.
    void aRunKilledAfterAnAlterIsFinished() {
        writeTenantMigration(next("nick"), "ALTER TABLE {schema}.users ADD COLUMN nick VARCHAR(20) NULL");
        writeTenantMigration(next("nick_index", 2), "CREATE INDEX users_nick ON {schema}.users (nick)");
        writeTenantMigration(next("no_nick_index", 3), "DROP INDEX users_nick ON {schema}.users");
        bringUp();
        forgetAfter(kHead + 2);
        bringUp();
        CPPUNIT_ASSERT_EQUAL(kHead + 3, recorded());
        forgetAfter(kHead);
        bringUp();
        CPPUNIT_ASSERT_EQUAL(kHead + 3, recorded());
        CPPUNIT_ASSERT_EQUAL(kHead + 3, schemaVersion());
        CPPUNIT_ASSERT(hasColumn("users", "nick"));
    }

    void aRunKilledBeforeTheGrantsIsFinished() {
        migrator().bringUpTenant(tenant().schema);
        const auto read = "SET ROLE " + persistence::Identifier::role(tenant().id).text();
        RawConnection worker(testSettings().database, persistence::Account::kWorker);
        CPPUNIT_ASSERT(worker.errorOf(read) != 0);
        CPPUNIT_ASSERT_EQUAL(0, schemaVersion());
        bringUp();
        RawConnection later(testSettings().database, persistence::Account::kWorker);
        CPPUNIT_ASSERT_EQUAL(0U, later.errorOf(read));
        CPPUNIT_ASSERT_EQUAL(0U, later.errorOf("SELECT * FROM `" + tenant().schema.text() + "`.users"));
        CPPUNIT_ASSERT_EQUAL(kHead, schemaVersion());
    }

    unsigned errorOfTakingTheFormerRole() const {
        RawConnection worker(testSettings().database, persistence::Account::kWorker);
        return worker.errorOf("SET ROLE " + persistence::Identifier::formerRole(tenant().id).text());
    }

    void theFormerRoleIsMadeOnlyForEarlierWorkers() {
        bringUp();
        CPPUNIT_ASSERT(errorOfTakingTheFormerRole() != 0);
        const EarlierHost host;
        bringUp();
        CPPUNIT_ASSERT_EQUAL(0U, errorOfTakingTheFormerRole());
        RawConnection old(testSettings().database, persistence::Account::kWorker);
        old.run("SET ROLE " + persistence::Identifier::formerRole(tenant().id).text());
        const auto schema = "`" + tenant().schema.text() + "`";
        CPPUNIT_ASSERT_EQUAL(0U, old.errorOf("SELECT * FROM " + schema + ".users"));
        CPPUNIT_ASSERT(old.errorOf("UPDATE " + schema + ".users SET status = 'suspended'") != 0);
    }

    // Gives the rights that the release before gave to the role that it takes.
    void grantAsTheReleaseBefore() const {
        const auto role = persistence::Identifier::formerRole(tenant().id).text();
        for (const auto& statement :
             {"DROP ROLE " + persistence::Identifier::role(tenant().id).text(), "DROP ROLE IF EXISTS " + role,
              "CREATE ROLE " + role,
              "GRANT SELECT, INSERT, UPDATE ON " + persistence::Identifier::schemaInGrant(tenant().schema).text() +
                  ".* TO " + role,
              "GRANT DELETE ON {schema}.login_attempts TO " + role,
              "GRANT " + role + " TO " + testSettings().database.workerUser + "@localhost"})
            database().execute(tenant(), statement);
    }

    void bringingUpNarrowsTheRoleOfTheReleaseBeforeWhileItIsUsed() {
        bringUp();
        grantAsTheReleaseBefore();
        RawConnection old(testSettings().database, persistence::Account::kWorker);
        old.run("SET ROLE " + persistence::Identifier::formerRole(tenant().id).text());
        const auto schema = "`" + tenant().schema.text() + "`";
        const auto suspend = "UPDATE " + schema + ".users SET status = 'suspended'";
        CPPUNIT_ASSERT_EQUAL(0U, old.errorOf(suspend));

        std::atomic<bool> done = false;
        unsigned refusals = 0, asked = 0;
        std::thread user([&] {
            for (; !done; ++asked) refusals += old.errorOf("SELECT * FROM " + schema + ".users") == 0 ? 0U : 1U;
        });
        bringUp();
        done = true;
        user.join();

        CPPUNIT_ASSERT(asked > 0);
        CPPUNIT_ASSERT_EQUAL(0U, refusals);
        CPPUNIT_ASSERT(old.errorOf(suspend) != 0);
        RawConnection worker(testSettings().database, persistence::Account::kWorker);
        CPPUNIT_ASSERT_EQUAL(0U, worker.errorOf("SET ROLE " + persistence::Identifier::role(tenant().id).text()));
        CPPUNIT_ASSERT_EQUAL(0U, worker.errorOf("SELECT * FROM " + schema + ".users"));
        CPPUNIT_ASSERT(worker.errorOf(suspend) != 0);
    }

    void dataOutlivesALaterMigration() {
        bringUp();
        database().execute(
            tenant(), "INSERT INTO {schema}.login_attempts (budget_hash, failed_at) VALUES (REPEAT('x', 32), NOW(6))");
        writeTenantMigration(next("note"), "ALTER TABLE {schema}.login_attempts ADD COLUMN note VARCHAR(20) NULL");
        bringUp();
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, database().count(tenant(), "login_attempts WHERE note IS NULL"));
    }

    void theTenDevicesThatWereUsedLastStayKnown() {
        bringUp();
        database().execute(tenant(),
                           "INSERT INTO {schema}.known_devices SELECT UNHEX(MD5(seq % 2)), UNHEX(SHA2(seq, 256)), "
                           "'2026-01-01', DATE_ADD('2026-01-01', INTERVAL seq HOUR) FROM {schema}.seq_1_to_50");
        forgetAfter(15);
        bringUp();
        CPPUNIT_ASSERT_EQUAL(std::int64_t{20}, database().count(tenant(), "known_devices"));
        CPPUNIT_ASSERT_EQUAL(
            std::int64_t{20},
            database().count(tenant(), "known_devices WHERE last_seen_at > DATE_ADD('2026-01-01', INTERVAL 30 HOUR)"));
    }

    void anEditedMigrationIsRefusedAndNothingIsApplied() {
        bringUp();
        std::ofstream(folder() / "tenant/0002_sessions.sql", std::ios::app) << "-- edited\n";
        writeTenantMigration(next("nick"), "ALTER TABLE {schema}.users ADD COLUMN nick VARCHAR(20) NULL");

        const auto text = refusal();

        CPPUNIT_ASSERT(text.find(tenant().schema.text()) != std::string::npos);
        CPPUNIT_ASSERT(text.find("0002_sessions was edited") != std::string::npos);
        CPPUNIT_ASSERT(!hasColumn("users", "nick"));
        CPPUNIT_ASSERT_EQUAL(kHead, recorded());
    }

    void aNewerHistoryIsRefused() {
        writeTenantMigration(next("nick"), "ALTER TABLE {schema}.users ADD COLUMN nick VARCHAR(20) NULL");
        bringUp();
        removeTenantMigration(next("nick"));
        CPPUNIT_ASSERT(refusal().find(next("nick") + " is unknown") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(kHead + 1, schemaVersion());
    }

    void aFailingMigrationIsNamedAndFinishedOnceMended() {
        writeTenantMigration(next("broken"), "ALTER TABLE {schema}.nonesuch ADD COLUMN nick VARCHAR(20) NULL");
        writeTenantMigration(next("nick", 2), "ALTER TABLE {schema}.users ADD COLUMN nick VARCHAR(20) NULL");

        CPPUNIT_ASSERT(refusal().find(next("broken") + " failed: database error 1146") != std::string::npos);

        CPPUNIT_ASSERT_EQUAL(kHead, recorded());
        CPPUNIT_ASSERT_EQUAL(0, schemaVersion());
        CPPUNIT_ASSERT(!hasColumn("users", "nick"));
        writeTenantMigration(next("broken"), "ALTER TABLE {schema}.users ADD COLUMN fixed VARCHAR(20) NULL");
        bringUp();
        CPPUNIT_ASSERT_EQUAL(kHead + 2, schemaVersion());
        CPPUNIT_ASSERT(hasColumn("users", "fixed"));
        CPPUNIT_ASSERT(hasColumn("users", "nick"));
    }

    void anOlderProgramNeverLowersTheVersion() {
        bringUp();
        database().execute(
            tenant(), "UPDATE claviger.tenants SET schema_version = 99 WHERE slug = '" + tenant().slug.text() + "'");
        bringUp();
        CPPUNIT_ASSERT_EQUAL(99, schemaVersion());
    }

    void twoAtOnceEndWell() {
        constexpr int kRuns = 4;
        std::barrier start(kRuns);
        std::vector<std::future<void>> runs;
        for (int i = 0; i < kRuns; ++i)
            runs.push_back(std::async(std::launch::async, [&] {
                start.arrive_and_wait();
                bringUp();
            }));
        for (auto& run : runs) run.wait();
        for (auto& run : runs) run.get();  // throws what that run threw
        CPPUNIT_ASSERT_EQUAL(kHead, recorded());
        CPPUNIT_ASSERT_EQUAL(kHead, schemaVersion());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TenantMigrationsTest);

}  // namespace claviger::tests

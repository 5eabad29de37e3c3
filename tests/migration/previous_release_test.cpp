// The code of the release before must run on the schema of this one: its statements, as they were written down, against
// a fresh schema, as the workers would send them.

#include <fstream>
#include <regex>

#include "domain/tenants/schema_version.h"
#include "tests/migration/migration_fixture.h"

namespace claviger::tests {
namespace {

constexpr int kFirstWrittenDown = 6;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

}  // namespace

class PreviousReleaseTest : public MigrationFixture {
    CPPUNIT_TEST_SUITE(PreviousReleaseTest);
    CPPUNIT_TEST(everyStatementOfTheReleaseBeforeIsStillUnderstood);
    CPPUNIT_TEST(aRowOfTheReleaseBeforeLacksNoColumn);
    CPPUNIT_TEST(aSchemaThatTakesAColumnAwayIsFound);
    CPPUNIT_TEST(aSchemaThatDemandsAColumnIsFound);
    CPPUNIT_TEST_SUITE_END();

    struct Recorded {
        std::string name, text;  // of mysql_users.cpp kFind, with {schema} filled in
    };

    // Missing: run tests/migration/record_statements.mjs with the last commit before the newest migration.
    std::vector<Recorded> statements() {
        const int version = std::max(kFirstWrittenDown, domain::kTenantSchemaVersion - 1);
        const auto file = std::string(STATEMENTS_FOLDER) + "/000" + std::to_string(version) + ".txt";
        std::ifstream in(file);
        CPPUNIT_ASSERT_MESSAGE(file + " is missing: run tests/migration/record_statements.mjs", in.is_open());
        std::vector<Recorded> all;
        for (std::string line; std::getline(in, line);) {
            const auto colon = line.find(": ");
            auto text = replaced(line.substr(colon + 2), "{schema}", "`" + tenant().schema.text() + "`");
            all.push_back(
                {line.substr(0, colon), replaced(std::move(text), "{pairs}", "SELECT NULL AS c1, NULL AS c2")});
        }
        CPPUNIT_ASSERT(all.size() > 20);
        return all;
    }

    // The names of the statements that the workers' account, in the tenant's role, can no longer prepare.
    std::string misunderstood() {
        RawConnection worker(testSettings().database, persistence::Account::kWorker);
        worker.run("SET SESSION sql_mode = 'STRICT_ALL_TABLES'");
        worker.run("SET ROLE " + persistence::Identifier::role(tenant().id).text());
        std::string names;
        for (const auto& [name, text] : statements()) {
            const auto error = worker.errorOf("PREPARE s FROM '" + replaced(text, "'", "''") + "'");
            if (error != 0) names += name + " (" + std::to_string(error) + ") ";
        }
        return names;
    }

    // The columns that an INSERT of the release before leaves out although they must have a value.
    std::string demanded() {
        const std::regex insert(R"(INSERT (?:IGNORE )?INTO `(\w+)`\.(\w+) \(([^)]*)\))");
        std::string missing;
        for (const auto& [name, text] : statements()) {
            std::smatch found;
            if (!std::regex_search(text, found, insert)) continue;
            const auto given = ", " + found[3].str() + ",";
            for (const auto& row : database().query(
                     tenant(), "SELECT column_name FROM information_schema.columns WHERE table_schema = '" +
                                   found[1].str() + "' AND table_name = '" + found[2].str() +
                                   "' AND is_nullable = 'NO' AND column_default IS NULL AND extra = ''"))
                if (given.find(", " + *row.at(0) + ",") == std::string::npos) missing += name + " " + *row.at(0) + " ";
        }
        return missing;
    }

    void everyStatementOfTheReleaseBeforeIsStillUnderstood() {
        bringUp();
        CPPUNIT_ASSERT_EQUAL(std::string(), misunderstood());
    }

    void aRowOfTheReleaseBeforeLacksNoColumn() {
        bringUp();
        CPPUNIT_ASSERT_EQUAL(std::string(), demanded());
    }

    // That the two looks above can fail.
    void aSchemaThatTakesAColumnAwayIsFound() {
        bringUp();
        database().execute(tenant(), "ALTER TABLE {schema}.users DROP COLUMN name");
        CPPUNIT_ASSERT(misunderstood().find("mysql_users.cpp") != std::string::npos);
    }

    void aSchemaThatDemandsAColumnIsFound() {
        bringUp();
        database().execute(tenant(), "ALTER TABLE {schema}.users ADD COLUMN age INT NOT NULL");
        CPPUNIT_ASSERT(demanded().find(" age ") != std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PreviousReleaseTest);

}  // namespace claviger::tests

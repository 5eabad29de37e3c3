// The code of the release before must run on the schema of this one. Its recorded statements are prepared against a
// fresh schema, by the accounts that would send them.

#include <filesystem>
#include <fstream>
#include <regex>

#include "domain/model/schema_version.h"
#include "tests/migration/migration_fixture.h"
#include "tests/support/worker_statements.h"

namespace claviger::tests {
namespace {

namespace fs = std::filesystem;

std::string fourDigits(int version) {
    const auto digits = std::to_string(version);
    return std::string(4 - digits.size(), '0') + digits;
}

// The newest recording of a schema earlier than `version`. Several migrations may have come since the release before.
std::string newestBefore(int version, const std::string& prefix) {
    for (int earlier = version - 1; earlier > 0; --earlier)
        if (fs::exists(std::string(STATEMENTS_FOLDER) + "/" + prefix + fourDigits(earlier) + ".txt"))
            return prefix + fourDigits(earlier);
    return prefix + fourDigits(version - 1);
}

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
    CPPUNIT_TEST(aControlSchemaThatOldWorkersCannotUseIsFound);
    CPPUNIT_TEST_SUITE_END();

    // Fails where the recording is missing. Then run tests/migration/record_statements.mjs with the last commit before
    // the newest migration.
    void read(const std::string& name, std::vector<NamedStatement>& all) {
        const auto file = std::string(STATEMENTS_FOLDER) + "/" + name + ".txt";
        std::ifstream in(file);
        CPPUNIT_ASSERT_MESSAGE(file + " is missing: run tests/migration/record_statements.mjs", in.is_open());
        for (std::string line; std::getline(in, line);) {
            const auto colon = line.find(": ");
            all.push_back({line.substr(0, colon), preparable(line.substr(colon + 2), tenant())});
        }
    }

    std::vector<NamedStatement> statements() {
        std::vector<NamedStatement> all;
        read(newestBefore(domain::kTenantSchemaVersion, ""), all);
        CPPUNIT_ASSERT(all.size() > 20);
        // The release before may have had the same schema of tenants and another control schema.
        const auto same = fourDigits(domain::kTenantSchemaVersion);
        if (fs::exists(std::string(STATEMENTS_FOLDER) + "/" + same + ".txt")) read(same, all);
        const auto ofTenants = all.size();
        const int control = migrator().newestControlVersion();
        read(newestBefore(control, "control_"), all);
        CPPUNIT_ASSERT(all.size() > ofTenants + 5);
        return all;
    }

    // The names of the statements that their sender can no longer prepare. The sender is the tool's account, or the
    // workers' account in the role that the release before takes.
    std::string misunderstood() {
        RawConnection tool(testSettings().database, persistence::Account::kTool);
        RawConnection worker(testSettings().database, persistence::Account::kWorker);
        worker.run("SET ROLE " + persistence::Identifier::formerRole(tenant().id).text());
        std::string names;
        for (const auto& [name, text] : statements()) {
            auto& sender = isOfTheTool(name) ? tool : worker;
            const auto error = sender.errorOf("PREPARE s FROM '" + replaced(text, "'", "''") + "'");
            if (error != 0) names += name + " (" + std::to_string(error) + ") ";
        }
        return names;
    }

    // The columns that an INSERT of the release before leaves out although they must have a value.
    std::string demanded() {
        const std::regex insert(R"(INSERT (?:IGNORE )?INTO `?(\w+)`?\.(\w+) \(([^)]*)\))");
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
        const EarlierHost host;
        bringUp();
        CPPUNIT_ASSERT_EQUAL(std::string(), misunderstood());
    }

    void aRowOfTheReleaseBeforeLacksNoColumn() {
        bringUp();
        CPPUNIT_ASSERT_EQUAL(std::string(), demanded());
    }

    // A control: the two checks above can fail.
    void aSchemaThatTakesAColumnAwayIsFound() {
        const EarlierHost host;
        bringUp();
        database().execute(tenant(), "ALTER TABLE {schema}.users DROP COLUMN name");
        CPPUNIT_ASSERT(misunderstood().find("mysql_users.cpp") != std::string::npos);
    }

    void aSchemaThatDemandsAColumnIsFound() {
        bringUp();
        database().execute(tenant(), "ALTER TABLE {schema}.users ADD COLUMN age INT NOT NULL");
        CPPUNIT_ASSERT(demanded().find(" age ") != std::string::npos);
    }

    void aControlSchemaThatOldWorkersCannotUseIsFound() {
        const EarlierHost host;
        bringUp();
        const auto alter = [&](const std::string& how) {
            database().execute(tenant(), "ALTER TABLE claviger.nodes " + how);
        };
        alter("ADD COLUMN zone INT NOT NULL");
        const auto wanting = demanded();
        alter("DROP COLUMN zone");
        alter("RENAME COLUMN renewed_at TO seen_at");
        const auto unknown = misunderstood();
        alter("RENAME COLUMN seen_at TO renewed_at");  // all tests of a run share this schema
        CPPUNIT_ASSERT(wanting.find("feeder.cpp kRegister zone") != std::string::npos);
        CPPUNIT_ASSERT(unknown.find("feeder.cpp kRenew") != std::string::npos);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PreviousReleaseTest);

}  // namespace claviger::tests

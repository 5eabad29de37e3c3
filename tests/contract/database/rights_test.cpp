// The rights of the workers against their statements. Each statement may be sent, and each right is needed by one. Any
// other access is refused.

#include "persistence/schema/rights.h"

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <set>

#include "persistence/schema/grants.h"
#include "tests/support/test_database.h"
#include "tests/support/worker_statements.h"

namespace claviger::tests {

using persistence::Account;
using persistence::Identifier;
using persistence::Rights;

class RightsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RightsTest);
    CPPUNIT_TEST(theRoleMaySendEachStatementOfTheWorkersAndNoneOfTheTools);
    CPPUNIT_TEST(theWorkersMaySendEachStatementOnTheControlSchema);
    CPPUNIT_TEST(eachRightOfTheRoleIsNeededByAStatement);
    CPPUNIT_TEST(eachRightOnTheControlSchemaIsNeededByAStatement);
    CPPUNIT_TEST(eachTableHasItsRightsOrIsNamedAsOneWithoutAny);
    CPPUNIT_TEST(aTenantWithItsRightsIsGrantedNoneOfThemAgain);
    CPPUNIT_TEST(aNewTenantMakesNoAccountOfTheFormerRolesName);
    CPPUNIT_TEST(whatNoWorkerDoesIsRefusedAndNothingIsChanged);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { tenant_.emplace(TestDatabase::instance().makeTenant()); }

private:
    static TestDatabase& database() { return TestDatabase::instance(); }
    std::string role() const { return Identifier::role(tenant_->id).text(); }
    std::string in(const std::string& table) const { return "`" + tenant_->schema.text() + "`." + table; }

    RawConnection inTheRole() const {
        RawConnection worker(testSettings().database, Account::kWorker);
        worker.run("SET ROLE " + role());
        return worker;
    }

    // The names of the statements that the workers' account may not prepare, with the error's number.
    std::set<std::string> refused(const std::vector<NamedStatement>& statements) const {
        auto worker = inTheRole();
        std::set<std::string> names;
        for (const auto& [name, text] : statements) {
            std::string quoted;
            for (const char c : text) quoted.append(c == '\'' || c == '\\' ? 2 : 1, c);
            const auto error = worker.errorOf("PREPARE s FROM '" + quoted + "'");
            if (error != 0) names.insert(name + " (" + std::to_string(error) + ")");
        }
        return names;
    }

    static std::vector<NamedStatement> ofTheWorkers(std::vector<NamedStatement> statements) {
        std::erase_if(statements, [](const auto& one) { return isOfTheTool(one.name); });
        return statements;
    }

    static std::string listed(const std::set<std::string>& names) {
        std::string text;
        for (const auto& name : names) text += name + " ";
        return text;
    }

    template <class Grants>
    static Rights rightsOf(const Grants& grants, const persistence::Names& names) {
        Rights rights;
        for (const auto& grant : grants) persistence::addGrant(rights, persistence::compose(grant, {}, names));
        return rights;
    }
    Rights rightsOfTheRole() const {
        return rightsOf(persistence::kRoleGrants,
                        {{"schema", Identifier::schema(tenant_->schema)}, {"role", Identifier::role(tenant_->id)}});
    }

    void theRoleMaySendEachStatementOfTheWorkersAndNoneOfTheTools() {
        const auto all = statementsOnTenant(*tenant_);
        CPPUNIT_ASSERT_EQUAL(std::string(), listed(refused(ofTheWorkers(all))));
        std::vector<NamedStatement> ofTheTool;
        std::copy_if(all.begin(), all.end(), std::back_inserter(ofTheTool),
                     [](const auto& one) { return isOfTheTool(one.name); });
        CPPUNIT_ASSERT_EQUAL(ofTheTool.size(), refused(ofTheTool).size());
    }

    void theWorkersMaySendEachStatementOnTheControlSchema() {
        CPPUNIT_ASSERT_EQUAL(std::string(), listed(refused(ofTheWorkers(statementsOnControl()))));
    }

    // Takes each right away in turn, and gives it back. Returns the rights without which no statement is refused.
    std::string unneeded(const Rights& rights, const std::string& holder,
                         const std::vector<NamedStatement>& statements) {
        std::string all;
        for (const auto& [object, ofObject] : rights)
            for (const auto& right : ofObject) {
                const auto onObject = right + " ON " + object;
                database().query(*tenant_, "REVOKE " + onObject + " FROM " + holder);
                const auto broken = refused(statements);
                database().query(*tenant_, "GRANT " + onObject + " TO " + holder);
                if (broken.empty()) all += onObject + ", ";
            }
        return all;
    }

    void eachRightOfTheRoleIsNeededByAStatement() {
        const auto statements = ofTheWorkers(statementsOnTenant(*tenant_));
        CPPUNIT_ASSERT_EQUAL(std::string(), unneeded(rightsOfTheRole(), role(), statements));
        CPPUNIT_ASSERT_EQUAL(std::string(), listed(refused(statements)));
    }

    void eachRightOnTheControlSchemaIsNeededByAStatement() {
        const auto tool = database().tool().borrow();
        const auto worker = database().migrator().workerAccount(*tool);
        auto statements = ofTheWorkers(statementsOnControl());
        for (auto& one : ofTheWorkers(statementsOnTenant(*tenant_))) statements.push_back(std::move(one));
        CPPUNIT_ASSERT_EQUAL(std::string(), unneeded(rightsOf(persistence::kWorkerGrants, {{"worker", worker}}),
                                                     worker.text(), statements));
    }

    void eachTableHasItsRightsOrIsNamedAsOneWithoutAny() {
        std::set<std::string> known(persistence::kRoleReachesNone.begin(), persistence::kRoleReachesNone.end());
        for (const auto& [object, rights] : rightsOfTheRole()) known.insert(object.substr(object.find('.') + 1));
        std::set<std::string> there;
        for (const auto& row : database().query(*tenant_, "SHOW TABLES IN {schema}")) there.insert(*row.at(0));
        CPPUNIT_ASSERT_EQUAL(listed(there), listed(known));
    }

    static int grantsSoFar() {
        return std::stoi(database().tool().borrow()->query("SHOW GLOBAL STATUS LIKE 'Com\\_grant'")[0].text(1));
    }

    void aTenantWithItsRightsIsGrantedNoneOfThemAgain() {
        const auto complete = *database().registry().findById(tenant_->id);
        const auto before = grantsSoFar();
        database().schemas().bringUp(complete);
        CPPUNIT_ASSERT_EQUAL(before, grantsSoFar());
        database().query(*tenant_, "REVOKE INSERT ON {schema}.audit_events FROM " + role());
        database().schemas().bringUp(complete);
        CPPUNIT_ASSERT_EQUAL(std::string(), listed(refused(ofTheWorkers(statementsOnTenant(*tenant_)))));
    }

    void aNewTenantMakesNoAccountOfTheFormerRolesName() {
        constexpr unsigned kNoSuchAccount = 1396;
        RawConnection tool(testSettings().database, Account::kTool);
        CPPUNIT_ASSERT_EQUAL(kNoSuchAccount,
                             tool.errorOf("DROP USER " + Identifier::formerRole(tenant_->id).text() + "@`%`"));
    }

    void whatNoWorkerDoesIsRefusedAndNothingIsChanged() {
        constexpr unsigned kNoTableRight = 1142, kNoColumnRight = 1143;
        database().execute(*tenant_,
                           "INSERT INTO {schema}.users (id, email, name, status, created_at, password_hash) VALUES "
                           "(REPEAT('u', 16), 'a@x.example', 'A', 'suspended', NOW(6), '-')");
        database().execute(*tenant_,
                           "INSERT INTO {schema}.audit_events (id, happened_at, action, request_id, address) VALUES "
                           "(REPEAT('e', 16), NOW(6), 'signed_in', '-', '-')");
        auto worker = inTheRole();
        for (const auto& statement :
             {"UPDATE " + in("audit_events SET action = 'x'"), "DELETE FROM " + in("audit_events"),
              "SELECT * FROM " + in("audit_events"), "UPDATE " + in("users SET status = 'approved'"),
              "UPDATE " + in("users SET email = 'b@x.example'"), "UPDATE " + in("users SET id = REPEAT('v', 16)"),
              "DELETE FROM " + in("users"), "INSERT INTO " + in("users SELECT * FROM ") + in("users"),
              "DELETE FROM " + in("api_keys"), "UPDATE " + in("api_keys SET user_id = REPEAT('v', 16)"),
              "UPDATE " + in("api_keys SET name = 'x'"), "UPDATE " + in("sessions SET user_id = REPEAT('v', 16)"),
              "UPDATE " + in("sessions SET expires_at = NOW(6)"), "DELETE FROM " + in("sessions"),
              "SELECT * FROM " + in("schema_migrations"), "DELETE FROM " + in("schema_migrations"),
              "UPDATE " + in("schema_migrations SET name = 'x'")}) {
            const auto error = worker.errorOf(statement);
            CPPUNIT_ASSERT_MESSAGE(statement + ": " + std::to_string(error),
                                   error == kNoTableRight || error == kNoColumnRight);
        }
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, database().count(*tenant_, "users WHERE status = 'suspended'"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, database().count(*tenant_, "audit_events WHERE action = 'signed_in'"));
    }

    std::optional<domain::Tenant> tenant_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(RightsTest);

}  // namespace claviger::tests

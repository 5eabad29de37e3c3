// The refusals of the database itself: the workers' account by hand, with and without a tenant's role.

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include "domain/tenants/row_rules.h"
#include "persistence/connection/errors.h"
#include "persistence/tenant/mysql_tenant_stores.h"
#include "tests/contract/samples.h"
#include "tests/support/test_database.h"

namespace claviger::tests {

using persistence::Account;

class IsolationTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(IsolationTest);
    CPPUNIT_TEST(withoutARoleNoTenantsTableIsRead);
    CPPUNIT_TEST(withOneTenantsRoleNoOtherTenantsTableIsRead);
    CPPUNIT_TEST(lookAlikeNamesShareNoRights);
    CPPUNIT_TEST(aRoleGivesNoDdlNoGrantAndNoDeletingOfKeys);
    CPPUNIT_TEST(theWorkersWriteNothingInTheControlSchema);
    CPPUNIT_TEST(anotherTenantsSchemaUnderThisTenantsIdIsRefused);
    CPPUNIT_TEST(aWrongTenantInCodeIsRefusedForWritesTooAndNothingIsStored);
    CPPUNIT_TEST(oneStatementOverTwoTenantsIsRefused);
    CPPUNIT_TEST(aKeptPreparedStatementReachesOnlyWhatTheRoleOfItsRunDoes);
    CPPUNIT_TEST(aConnectionThatIsHandedOnTakesNoRightsAlong);
    CPPUNIT_TEST(theToolReachesNothingBesideItsSchemas);
    CPPUNIT_TEST_SUITE_END();

    static constexpr unsigned kNoTableRight = 1142;
    static constexpr unsigned kNoSchemaRight = 1044;
    static constexpr std::string_view kOnlyWritten = "audit_events";  // the role reads every other table

    static TestDatabase& database() { return TestDatabase::instance(); }
    static RawConnection worker() { return {testSettings().database, Account::kWorker}; }

    static std::string setRole(const domain::Tenant& tenant) {
        return "SET ROLE " + persistence::Identifier::role(tenant.id).text();
    }
    static std::string readOf(const domain::Tenant& tenant, std::string_view table) {
        return "SELECT * FROM `" + tenant.schema.text() + "`." + std::string(table);
    }

    static domain::Tenant makeTenant(const std::string& slug) {
        const domain::SystemClock clock;
        domain::TenantService service(database().registry(), database().schemas(), clock);
        const auto parsed = domain::TenantSlug::parse(slug).value();
        return service.create({parsed, domain::HostName::parse(slug + ".test").value(), slug}).value().details.tenant;
    }

    void withoutARoleNoTenantsTableIsRead() {
        const auto tenant = database().makeTenant();
        auto connection = worker();
        for (const auto table : domain::knownTables())
            CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(table), kNoTableRight, connection.errorOf(readOf(tenant, table)));
        for (const auto& row : connection.run("SHOW DATABASES"))
            CPPUNIT_ASSERT(*row[0] == "claviger" || *row[0] == "information_schema");
    }

    void withOneTenantsRoleNoOtherTenantsTableIsRead() {
        const auto a = database().makeTenant();
        const auto b = database().makeTenant();
        auto connection = worker();
        connection.run(setRole(a));
        for (const auto table : domain::knownTables()) {
            const std::string name(table);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(name, table == kOnlyWritten ? kNoTableRight : 0U,
                                         connection.errorOf(readOf(a, table)));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(name, kNoTableRight, connection.errorOf(readOf(b, table)));
        }
        connection.run(setRole(b));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf(readOf(a, "users")));
        CPPUNIT_ASSERT_EQUAL(0U, connection.errorOf(readOf(b, "users")));
    }

    // In a grant `_` stands for any character: the right on claviger_t_a_b must not reach claviger_t_axb.
    void lookAlikeNamesShareNoRights() {
        const auto base = uniqueName();
        const auto hyphen = makeTenant(base + "a-b");
        const auto letter = makeTenant(base + "axb");
        auto connection = worker();
        connection.run(setRole(hyphen));
        CPPUNIT_ASSERT_EQUAL(0U, connection.errorOf(readOf(hyphen, "users")));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf(readOf(letter, "users")));
    }

    void aRoleGivesNoDdlNoGrantAndNoDeletingOfKeys() {
        const auto tenant = database().makeTenant();
        const auto schema = "`" + tenant.schema.text() + "`";
        auto connection = worker();
        connection.run(setRole(tenant));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf("DELETE FROM " + schema + ".api_keys"));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf("DELETE FROM " + schema + ".audit_events"));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf("DROP TABLE " + schema + ".users"));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf("TRUNCATE TABLE " + schema + ".users"));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf("ALTER TABLE " + schema + ".users ADD COLUMN x INT"));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf("CREATE TABLE " + schema + ".x (x INT)"));
        CPPUNIT_ASSERT_EQUAL(kNoSchemaRight, connection.errorOf("DROP SCHEMA " + schema));
        CPPUNIT_ASSERT_EQUAL(kNoSchemaRight, connection.errorOf("GRANT SELECT ON " + schema + ".* TO CURRENT_USER()"));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf("DELETE FROM " + schema + ".sessions"));
        CPPUNIT_ASSERT_EQUAL(0U, connection.errorOf("DELETE FROM " + schema + ".login_attempts"));
        CPPUNIT_ASSERT_EQUAL(0U, connection.errorOf("DELETE FROM " + schema + ".known_devices"));
    }

    void theWorkersWriteNothingInTheControlSchema() {
        const auto tenant = database().makeTenant();
        auto connection = worker();
        CPPUNIT_ASSERT_EQUAL(0U, connection.errorOf("SELECT * FROM claviger.tenants"));
        CPPUNIT_ASSERT_EQUAL(0U, connection.errorOf("SELECT * FROM claviger.tenant_hosts"));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf("SELECT * FROM claviger.schema_migrations"));
        for (const auto& role : {std::string("SET ROLE NONE"), setRole(tenant)}) {
            connection.run(role);
            CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf("UPDATE claviger.tenants SET status = 'active'"));
            CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf("DELETE FROM claviger.tenant_hosts"));
        }
    }

    // The error number with which the database refuses the work; 0 if it does not.
    template <class Work>
    static unsigned refusalOf(const Work& work) {
        try {
            work();
        } catch (const persistence::DatabaseError& refused) {
            return refused.number();
        }
        return 0;
    }

    // A tenant as faulty code would hold it: one tenant's id, another one's schema.
    static domain::Tenant mixedUp(const domain::Tenant& id, const domain::Tenant& schema) {
        auto mixed = id;
        mixed.schema = schema.schema;
        return mixed;
    }

    void anotherTenantsSchemaUnderThisTenantsIdIsRefused() {
        const auto mixed = mixedUp(database().makeTenant(), database().makeTenant());
        persistence::MySqlTenantStores stores(database().worker(), database().transactions());
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, refusalOf([&] {
                                 (void)stores.read(
                                     mixed, [](const domain::TenantStore& store) { return store.users().list(); });
                             }));
    }

    void aWrongTenantInCodeIsRefusedForWritesTooAndNothingIsStored() {
        const auto victim = database().makeTenant();
        const auto mixed = mixedUp(database().makeTenant(), victim);
        persistence::MySqlTenantStores stores(database().worker(), database().transactions());
        CPPUNIT_ASSERT_EQUAL(
            kNoTableRight, refusalOf([&] {
                (void)stores.transact<void>(mixed, [](domain::TenantStore& store) {
                    return store.users().add(sampleAccount("thief@x.example", domain::UserStatus::kApproved));
                });
            }));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, database().count(victim, "users"));
    }

    void oneStatementOverTwoTenantsIsRefused() {
        const auto a = database().makeTenant();
        const auto b = database().makeTenant();
        auto connection = worker();
        connection.run(setRole(a));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf(readOf(a, "users") + " UNION " + readOf(b, "users")));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight,
                             connection.errorOf("INSERT INTO `" + a.schema.text() + "`.users " + readOf(b, "users")));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, database().count(a, "users"));
    }

    // Claviger keeps prepared statements on its connections. A statement has the rights of the role in which it runs,
    // not of the role in which it was prepared.
    void aKeptPreparedStatementReachesOnlyWhatTheRoleOfItsRunDoes() {
        const auto a = database().makeTenant();
        const auto b = database().makeTenant();
        auto connection = worker();
        connection.run(setRole(a));
        connection.run("PREPARE kept FROM '" + readOf(a, "users") + "'");
        CPPUNIT_ASSERT_EQUAL(0U, connection.errorOf("EXECUTE kept"));
        connection.run(setRole(b));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf("EXECUTE kept"));
        connection.run("SET ROLE NONE");
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, connection.errorOf("EXECUTE kept"));
        connection.run(setRole(a));
        CPPUNIT_ASSERT_EQUAL(0U, connection.errorOf("EXECUTE kept"));
    }

    void aConnectionThatIsHandedOnTakesNoRightsAlong() {
        const auto a = database().makeTenant();
        const auto b = database().makeTenant();
        persistence::Connections connections(testSettings().database, Account::kWorker);
        domain::NoFence fence;
        persistence::Transactions transactions(connections, fence);
        persistence::MySqlTenantStores stores(connections, transactions);
        const auto users = [&](const domain::Tenant& tenant) {
            return refusalOf([&] {
                (void)stores.read(tenant, [](const domain::TenantStore& store) { return store.users().list(); });
            });
        };
        // One thread, so one connection, which each of them borrows in turn.
        CPPUNIT_ASSERT_EQUAL(0U, users(a));
        CPPUNIT_ASSERT_EQUAL(0U, users(b));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, users(mixedUp(b, a)));
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, users(mixedUp(a, b)));
        CPPUNIT_ASSERT_EQUAL(0U, users(a));
    }

    void theToolReachesNothingBesideItsSchemas() {
        RawConnection tool(testSettings().database, Account::kTool);
        CPPUNIT_ASSERT_EQUAL(kNoTableRight, tool.errorOf("SELECT * FROM mysql.global_priv"));
        CPPUNIT_ASSERT_EQUAL(kNoSchemaRight, tool.errorOf("CREATE SCHEMA other"));
        CPPUNIT_ASSERT_EQUAL(kNoSchemaRight, tool.errorOf("CREATE SCHEMA clavigerxtxacme"));
        CPPUNIT_ASSERT_EQUAL(kNoSchemaRight, tool.errorOf("DROP SCHEMA claviger"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(IsolationTest);

}  // namespace claviger::tests

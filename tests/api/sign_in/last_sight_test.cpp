// A session still allows reads where its last sight cannot be written.
#include <cppunit/extensions/HelperMacros.h>

#include "tests/support/test_service.h"

namespace claviger::tests {

class LastSightTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(LastSightTest);
    CPPUNIT_TEST(everyReadAnswersWhereTheLastSightCannotBeWritten);
    CPPUNIT_TEST_SUITE_END();

public:
    void everyReadAnswersWhereTheLastSightCannotBeWritten() {
        auto owner = tenant_.signedIn();
        const auto key = makeKey(owner, "Zapier");
        tenant_.execute("UPDATE {schema}.sessions SET last_seen_at = last_seen_at - INTERVAL 2 MINUTE");
        const auto before = lastSeen();
        tenant_.execute("ALTER TABLE {schema}.sessions ADD CONSTRAINT frozen CHECK (last_seen_at <= '" + before + "')");
        for (const auto& path : {std::string("/api/api-keys"), std::string("/settings/api-keys"),
                                 std::string("/settings/api-keys/new"), "/settings/api-keys/" + key.id + "/regenerate"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 200, owner.get(path).status());
        CPPUNIT_ASSERT_EQUAL(302, owner.get("/login").status());  // on to the keys: it is a signed-in browser
        CPPUNIT_ASSERT_EQUAL(201, owner.postJson("/api/api-keys", R"({"name":"n8n"})").status());
        CPPUNIT_ASSERT_EQUAL(before, lastSeen());
    }

private:
    std::string lastSeen() const {
        return TestDatabase::instance()
            .query(tenant_.tenant(), "SELECT last_seen_at FROM {schema}.sessions")
            .at(0)
            .at(0)
            .value();
    }

    TestTenant tenant_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(LastSightTest);

}  // namespace claviger::tests

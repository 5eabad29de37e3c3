// GET /api/api-keys, from request to answer.
#include <Poco/JSON/Array.h>
#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <thread>

#include "tests/support/test_service.h"

namespace claviger::tests {

class ListApiKeysTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ListApiKeysTest);
    CPPUNIT_TEST(answersAnEmptyListForANewUser);
    CPPUNIT_TEST(listsLiveKeysMaskedNewestFirst);
    CPPUNIT_TEST(showsNoDeadKeyAndNobodyElses);
    CPPUNIT_TEST(saysWhenAKeyWasLastUsedAndByWhom);
    CPPUNIT_TEST(answers401WithoutASession);
    CPPUNIT_TEST_SUITE_END();

public:
    void answersAnEmptyListForANewUser() {
        auto owner = tenant_.signedIn();
        const auto answer = owner.get("/api/api-keys");
        CPPUNIT_ASSERT_EQUAL(200, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"keys":[]})"), answer.body());
        CPPUNIT_ASSERT_EQUAL(std::string("application/json"), answer.header("Content-Type"));
    }

    void listsLiveKeysMaskedNewestFirst() {
        auto owner = tenant_.signedIn();
        std::string newest;
        for (const auto* name : {"first", "second", "third"}) newest = makeKey(owner, name).fullKey;
        const auto answer = owner.get("/api/api-keys");
        const auto keys = answer.json()->getArray("keys");
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, keys->size());
        const auto key = keys->getObject(0);
        CPPUNIT_ASSERT_EQUAL(std::string("third"), key->getValue<std::string>("name"));
        CPPUNIT_ASSERT_EQUAL(newest.substr(0, 12), key->getValue<std::string>("keyPrefix"));
        CPPUNIT_ASSERT_EQUAL(newest.substr(0, 12) + "****", key->getValue<std::string>("maskedKey"));
        CPPUNIT_ASSERT(key->get("lastUsedAt").isEmpty());
        CPPUNIT_ASSERT(key->getValue<std::string>("createdAt").ends_with("Z"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{9}, key->size());
        CPPUNIT_ASSERT_EQUAL(std::string("first"), keys->getObject(2)->getValue<std::string>("name"));
    }

    void showsNoDeadKeyAndNobodyElses() {
        tenant_.addUser("second@example.com");
        auto owner = tenant_.signedIn();
        auto second = tenant_.signedIn("second@example.com");
        makeKey(second, "theirs");
        const auto key = makeKey(owner, "mine");
        owner.send("POST", "/api/api-keys/" + key.id, "", {});
        const auto keys = owner.get("/api/api-keys").json()->getArray("keys");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keys->size());
        CPPUNIT_ASSERT(keys->getObject(0)->getValue<std::string>("id") != key.id);
    }

    void saysWhenAKeyWasLastUsedAndByWhom() {
        auto owner = tenant_.signedIn();
        const auto key = makeKey(owner, "used");
        auto program = tenant_.browser();
        CPPUNIT_ASSERT_EQUAL(
            204, program.get("/v1/verify", {{"X-Api-Key", key.fullKey}, {"User-Agent", "<b>n8n</b>/1.2"}}).status());
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (owner.get("/api/api-keys").json()->getArray("keys")->getObject(0)->get("lastUsedAt").isEmpty()) {
            CPPUNIT_ASSERT(std::chrono::steady_clock::now() < deadline);
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        const auto page = owner.get("/settings/api-keys");
        CPPUNIT_ASSERT(!page.holds(">Never</span>"));
        CPPUNIT_ASSERT(
            page.holds("</time> <bdi class=\"caller\" title=\"&lt;b&gt;n8n&lt;\" translate=\"no\">"
                       "&lt;b&gt;n8n&lt;</bdi>"));
    }

    void answers401WithoutASession() {
        auto nobody = tenant_.browser();
        CPPUNIT_ASSERT_EQUAL(401, nobody.get("/api/api-keys").status());
    }

private:
    TestTenant tenant_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(ListApiKeysTest);

}  // namespace claviger::tests

// POST /api/api-keys/{id}, from request to answer.
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "tests/support/test_service.h"

namespace claviger::tests {

class RegenerateApiKeyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RegenerateApiKeyTest);
    CPPUNIT_TEST(answers200WithANewValueUnderTheSameName);
    CPPUNIT_TEST(killsTheOldValueAtOnceAndTheNewOneLives);
    CPPUNIT_TEST(keepsTheDeadRowAndItsLineage);
    CPPUNIT_TEST(answers404ForAnotherUsersKeyExactlyAsForNoKey);
    CPPUNIT_TEST(answers404ForAnotherTenantsKeyExactlyAsForNoKey);
    CPPUNIT_TEST(answers404ForMalformedIdsAndDeadKeys);
    CPPUNIT_TEST(answers405ForDelete);
    CPPUNIT_TEST(refusesAFormsContentType);
    CPPUNIT_TEST(letsExactlyOneOf20ParallelRegenerationsThrough);
    CPPUNIT_TEST(letsExactlyOneOf50ParallelCreatesOfANameThrough);
    CPPUNIT_TEST_SUITE_END();

public:
    void answers200WithANewValueUnderTheSameName() {
        auto owner = tenant_.signedIn();
        const auto old = makeKey(owner, "n8n");
        const auto answer = owner.send("POST", "/api/api-keys/" + old.id, "", {});
        CPPUNIT_ASSERT_EQUAL(200, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("n8n"), answer.text("name"));
        CPPUNIT_ASSERT(answer.text("fullKey") != old.fullKey);
        CPPUNIT_ASSERT(answer.text("id") != old.id);
        CPPUNIT_ASSERT_EQUAL(std::string("no-store"), answer.header("Cache-Control"));
    }

    void killsTheOldValueAtOnceAndTheNewOneLives() {
        auto owner = tenant_.signedIn();
        auto program = tenant_.browser();
        const auto old = makeKey(owner, "n8n");
        CPPUNIT_ASSERT_EQUAL(204, verify(program, old.fullKey));
        const auto fresh = owner.send("POST", "/api/api-keys/" + old.id, "", {}).text("fullKey");
        CPPUNIT_ASSERT_EQUAL(401, verify(program, old.fullKey));
        CPPUNIT_ASSERT_EQUAL(204, verify(program, fresh));
    }

    void keepsTheDeadRowAndItsLineage() {
        auto owner = tenant_.signedIn();
        auto key = makeKey(owner, "n8n");
        for (int i = 0; i < 3; ++i) key.id = owner.send("POST", "/api/api-keys/" + key.id, "", {}).text("id");
        CPPUNIT_ASSERT_EQUAL(std::int64_t{4}, tenant_.count("api_keys"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{3}, tenant_.count("api_keys WHERE deleted_at IS NOT NULL"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("api_keys WHERE live = 1 AND generation = 4"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{4}, tenant_.count("audit_events WHERE key_id IS NOT NULL"));
    }

    void answers404ForAnotherUsersKeyExactlyAsForNoKey() {
        tenant_.addUser("second@example.com");
        auto owner = tenant_.signedIn();
        auto second = tenant_.signedIn("second@example.com");
        const auto key = makeKey(owner, "mine");
        expectSameAnswer(second.send("POST", "/api/api-keys/" + key.id, "", {}), second);
        auto program = tenant_.browser();
        CPPUNIT_ASSERT_EQUAL(204, verify(program, key.fullKey));
    }

    void answers404ForAnotherTenantsKeyExactlyAsForNoKey() {
        TestTenant other;
        auto owner = tenant_.signedIn();
        auto stranger = other.signedIn();
        const auto key = makeKey(owner, "mine");
        expectSameAnswer(stranger.send("POST", "/api/api-keys/" + key.id, "", {}), stranger);
        auto program = tenant_.browser();
        CPPUNIT_ASSERT_EQUAL(204, verify(program, key.fullKey));
        auto elsewhere = other.browser();
        CPPUNIT_ASSERT_EQUAL(401, verify(elsewhere, key.fullKey));
    }

    void answers404ForMalformedIdsAndDeadKeys() {
        auto owner = tenant_.signedIn();
        const auto dead = makeKey(owner, "n8n");
        owner.send("POST", "/api/api-keys/" + dead.id, "", {});
        for (const auto& id : {dead.id, std::string("1"), std::string("%00"), std::string("a%2Fb"),
                               std::string(36, 'x'), std::string("'%20OR%201=1")})
            expectSameAnswer(owner.send("POST", "/api/api-keys/" + id, "", {}), owner);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{2}, tenant_.count("api_keys"));
    }

    void answers405ForDelete() {
        auto owner = tenant_.signedIn();
        const auto key = makeKey(owner, "n8n");
        const auto answer = owner.send("DELETE", "/api/api-keys/" + key.id, "", {});
        CPPUNIT_ASSERT_EQUAL(405, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("POST"), answer.header("Allow"));
        CPPUNIT_ASSERT_EQUAL(std::string("method_not_allowed"), answer.text("code"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("api_keys WHERE live = 1"));
    }

    void refusesAFormsContentType() {
        auto owner = tenant_.signedIn();
        const auto key = makeKey(owner, "n8n");
        for (const auto* type : {"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"})
            CPPUNIT_ASSERT_EQUAL(
                415, owner.send("POST", "/api/api-keys/" + key.id, "a=b", {{"Content-Type", type}}).status());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("api_keys"));
    }

    void letsExactlyOneOf20ParallelRegenerationsThrough() {
        auto owner = tenant_.signedIn();
        const auto key = makeKey(owner, "raced");
        const auto statuses = inParallel(20, owner, "/api/api-keys/" + key.id, "{}");
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{1}, std::count(statuses.begin(), statuses.end(), 200));
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{19}, std::count(statuses.begin(), statuses.end(), 404));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{2}, tenant_.count("api_keys"));
    }

    void letsExactlyOneOf50ParallelCreatesOfANameThrough() {
        auto owner = tenant_.signedIn();
        const auto statuses = inParallel(50, owner, "/api/api-keys", R"({"name":"raced"})");
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{1}, std::count(statuses.begin(), statuses.end(), 201));
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{49}, std::count(statuses.begin(), statuses.end(), 400));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("api_keys"));
    }

private:
    static int verify(Browser& program, const std::string& fullKey) {
        return program.get("/v1/verify", {{"Authorization", "Bearer " + fullKey}}).status();
    }

    // Expects the answer for an id that never was, byte for byte apart from the request id.
    static void expectSameAnswer(const Answer& answer, Browser& asking) {
        const auto none = asking.send("POST", "/api/api-keys/00000000-0000-7000-8000-000000000000", "", {});
        CPPUNIT_ASSERT_EQUAL(404, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("key_not_found"), answer.text("code"));
        CPPUNIT_ASSERT_EQUAL(withoutRequestId(none), withoutRequestId(answer));
    }

    static std::string withoutRequestId(const Answer& answer) {
        auto text = answer.response().cgiHead() + answer.response().body();
        const auto id = answer.header("X-Request-Id");
        for (auto at = text.find(id); at != std::string::npos; at = text.find(id)) text.erase(at, id.size());
        return text;
    }

    static std::vector<int> inParallel(std::size_t times, const Browser& browser, const std::string& target,
                                       const std::string& body) {
        std::vector<int> statuses(times);
        std::vector<std::jthread> threads;
        for (auto& status : statuses)
            threads.emplace_back([&, mine = browser]() mutable { status = mine.postJson(target, body).status(); });
        threads.clear();
        return statuses;
    }

    TestTenant tenant_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(RegenerateApiKeyTest);

}  // namespace claviger::tests

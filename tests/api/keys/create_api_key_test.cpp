// POST /api/api-keys, from request to answer.
#include <cppunit/extensions/HelperMacros.h>

#include <regex>

#include "tests/support/test_service.h"

namespace claviger::tests {

class CreateApiKeyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CreateApiKeyTest);
    CPPUNIT_TEST(answers201AndShowsTheFullKeyOnce);
    CPPUNIT_TEST(neverCachesTheAnswer);
    CPPUNIT_TEST(writesAnAuditRowWithTheKey);
    CPPUNIT_TEST(trimsTheNameAndTakesAnyScript);
    CPPUNIT_TEST(ignoresMembersItDoesNotKnow);
    CPPUNIT_TEST(answers400ForAMissingNameAndStoresNothing);
    CPPUNIT_TEST(answers400ForANameThatIsNoTextAndStoresNothing);
    CPPUNIT_TEST(answers400ForANameOver100CharactersAndStoresNothing);
    CPPUNIT_TEST(answers400ForControlCharactersAndBadUtf8AndStoresNothing);
    CPPUNIT_TEST(answers400WhenTheNameIsTakenAndChangesNothing);
    CPPUNIT_TEST(letsTwoUsersHaveTheSameName);
    CPPUNIT_TEST(answers400ForWhatIsNoJsonObject);
    CPPUNIT_TEST(answers415ForAnotherContentType);
    CPPUNIT_TEST(answers401WithoutASession);
    CPPUNIT_TEST(answers401ForAnApiKeyInPlaceOfASession);
    CPPUNIT_TEST(answers400AtTheLimitOfLiveKeys);
    CPPUNIT_TEST_SUITE_END();

public:
    void answers201AndShowsTheFullKeyOnce() {
        auto owner = tenant_.signedIn();
        const auto answer = owner.postJson("/api/api-keys", R"({"name":"Zapier"})");
        CPPUNIT_ASSERT_EQUAL(201, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("Zapier"), answer.text("name"));
        const auto fullKey = answer.text("fullKey");
        CPPUNIT_ASSERT(std::regex_match(fullKey, std::regex("pk_live_[0-9A-Za-z]{38}")));
        CPPUNIT_ASSERT_EQUAL(fullKey.substr(0, 12), answer.text("keyPrefix"));
        CPPUNIT_ASSERT_EQUAL(fullKey.substr(0, 12) + "****", answer.text("maskedKey"));
        CPPUNIT_ASSERT(!owner.get("/api/api-keys").holds(fullKey));
        CPPUNIT_ASSERT(!owner.get("/settings/api-keys").holds(fullKey));
    }

    void neverCachesTheAnswer() {
        auto owner = tenant_.signedIn();
        CPPUNIT_ASSERT_EQUAL(std::string("no-store"),
                             owner.postJson("/api/api-keys", R"({"name":"a"})").header("Cache-Control"));
    }

    void writesAnAuditRowWithTheKey() {
        auto owner = tenant_.signedIn();
        const auto before = tenant_.count("audit_events");
        makeKey(owner, "audited");
        CPPUNIT_ASSERT_EQUAL(before + 1, tenant_.count("audit_events"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1},
                             tenant_.count("audit_events WHERE key_id IS NOT NULL AND user_id IS NOT NULL"));
    }

    void trimsTheNameAndTakesAnyScript() {
        auto owner = tenant_.signedIn();
        const auto answer = owner.postJson(
            "/api/api-keys", "{\"name\":\"\\u3000 \xF0\x9F\x94\x91 \xD9\x85\xD9\x81 <script> '\\\" \\n\"}");
        CPPUNIT_ASSERT_EQUAL(201, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("\xF0\x9F\x94\x91 \xD9\x85\xD9\x81 <script> '\""), answer.text("name"));
        CPPUNIT_ASSERT(owner.get("/settings/api-keys").holds("&lt;script&gt;"));
    }

    void ignoresMembersItDoesNotKnow() {
        auto owner = tenant_.signedIn();
        CPPUNIT_ASSERT_EQUAL(
            201, owner.postJson("/api/api-keys", R"({"name":"x","userId":"somebody","scopes":[1]})").status());
    }

    void answers400ForAMissingNameAndStoresNothing() {
        for (const auto* body : {"{}", R"({"name":""})", R"({"name":" \t\u2003 "})"})
            expectRefusal(body, 400, "name_required", "Name is required");
    }

    void answers400ForANameThatIsNoTextAndStoresNothing() {
        for (const auto* body :
             {R"({"name":null})", R"({"name":0})", R"({"name":false})", R"({"name":["a"]})", R"({"name":{}})"})
            expectRefusal(body, 400, "name_required", "Name is required");
    }

    void answers400ForANameOver100CharactersAndStoresNothing() {
        expectRefusal("{\"name\":\"" + std::string(101, 'x') + "\"}", 400, "name_too_long", "Name too long");
        auto owner = tenant_.signedIn();
        CPPUNIT_ASSERT_EQUAL(201,
                             owner.postJson("/api/api-keys", "{\"name\":\"" + std::string(100, 'x') + "\"}").status());
    }

    void answers400ForControlCharactersAndBadUtf8AndStoresNothing() {
        for (const auto* body : {R"({"name":"a\u0000b"})", R"({"name":"a\u0007b"})", R"({"name":"a\nb"})",
                                 "{\"name\":\"a\xC3\x28\"}", R"({"name":"a\ud800b"})", R"({"name":"\\\udfff"})"})
            expectRefusal(body, 400, "name_invalid", "");
    }

    void answers400WhenTheNameIsTakenAndChangesNothing() {
        auto owner = tenant_.signedIn();
        makeKey(owner, "taken");
        const auto audited = tenant_.count("audit_events");
        const auto answer = owner.postJson("/api/api-keys", R"({"name":" taken "})");
        CPPUNIT_ASSERT_EQUAL(400, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("name_taken"), answer.text("code"));
        CPPUNIT_ASSERT_EQUAL(std::string("An API key with this name already exists"), answer.text("error"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("api_keys"));
        CPPUNIT_ASSERT_EQUAL(audited, tenant_.count("audit_events"));
    }

    void letsTwoUsersHaveTheSameName() {
        tenant_.addUser("second@example.com");
        auto owner = tenant_.signedIn();
        auto second = tenant_.signedIn("second@example.com");
        makeKey(owner, "shared");
        makeKey(second, "shared");
        CPPUNIT_ASSERT_EQUAL(std::int64_t{2}, tenant_.count("api_keys WHERE live = 1"));
    }

    void answers400ForWhatIsNoJsonObject() {
        for (const auto* body :
             {"", "name=a", "[]", "\"a\"", "null", "{\"name\":\"a\"", "{\"name\":\"a\"} x", "{'name':'a'}"})
            expectRefusal(body, 400, "invalid_json", "");
    }

    void answers415ForAnotherContentType() {
        auto owner = tenant_.signedIn();
        for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json"}) {
            const auto answer = owner.postJson("/api/api-keys", R"({"name":"a"})", {{"Content-Type", type}});
            CPPUNIT_ASSERT_EQUAL(415, answer.status());
            CPPUNIT_ASSERT_EQUAL(std::string("unsupported_media_type"), answer.text("code"));
        }
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("api_keys"));
        CPPUNIT_ASSERT_EQUAL(
            201,
            owner.postJson("/api/api-keys", R"({"name":"a"})", {{"Content-Type", "application/json; charset=utf-8"}})
                .status());
    }

    void answers401WithoutASession() {
        auto nobody = tenant_.browser();
        const auto answer = nobody.postJson("/api/api-keys", R"({"name":"a"})");
        CPPUNIT_ASSERT_EQUAL(401, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("application/problem+json"), answer.header("Content-Type"));
        CPPUNIT_ASSERT_EQUAL(std::string("unauthorized"), answer.text("code"));
        CPPUNIT_ASSERT_EQUAL(std::string("Unauthorized"), answer.text("error"));
        CPPUNIT_ASSERT_EQUAL(answer.header("X-Request-Id"), answer.text("requestId"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("api_keys"));
    }

    void answers401ForAnApiKeyInPlaceOfASession() {
        auto owner = tenant_.signedIn();
        const auto key = makeKey(owner, "first");
        auto program = tenant_.browser();
        const auto answer =
            program.postJson("/api/api-keys", R"({"name":"second"})", {{"Authorization", "Bearer " + key.fullKey}});
        CPPUNIT_ASSERT_EQUAL(401, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("api_keys"));
    }

    void answers400AtTheLimitOfLiveKeys() {
        auto owner = tenant_.signedIn();
        const auto key = makeKey(owner, "0");
        for (int copies = 1; copies < 500; copies *= 2)  // doubles the rows until the user has 500 live keys
            tenant_.execute(
                "INSERT INTO {schema}.api_keys (id, user_id, name, lineage_id, generation, key_hash, pepper_version, "
                "key_prefix, created_at) "
                "SELECT RANDOM_BYTES(16), user_id, HEX(RANDOM_BYTES(16)), lineage_id, 1, RANDOM_BYTES(32), 1, "
                "key_prefix, created_at "
                "FROM {schema}.api_keys LIMIT " +
                std::to_string(500 - copies));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{500}, tenant_.count("api_keys WHERE live = 1"));
        const auto answer = owner.postJson("/api/api-keys", R"({"name":"one more"})");
        CPPUNIT_ASSERT_EQUAL(400, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("key_limit_reached"), answer.text("code"));
        CPPUNIT_ASSERT_EQUAL(std::string("You have 500 of 500 keys"), answer.text("error"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{500}, tenant_.count("api_keys"));
        CPPUNIT_ASSERT_EQUAL(200, owner.postJson("/api/api-keys/" + key.id, "{}").status());  // regenerate still works
    }

private:
    void expectRefusal(const std::string& body, int status, const std::string& code, const std::string& error) {
        auto owner = tenant_.signedIn();
        const auto stored = tenant_.count("api_keys");
        const auto answer = owner.postJson("/api/api-keys", body);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(body, status, answer.status());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(body, code, answer.text("code"));
        if (!error.empty()) CPPUNIT_ASSERT_EQUAL_MESSAGE(body, error, answer.text("error"));
        CPPUNIT_ASSERT_EQUAL(answer.text("detail"), answer.text("error"));
        CPPUNIT_ASSERT_EQUAL(stored, tenant_.count("api_keys"));
    }

    TestTenant tenant_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(CreateApiKeyTest);

}  // namespace claviger::tests

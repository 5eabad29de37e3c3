// GET /v1/verify, its guard form, and GET /v1/me, from request to answer.
#include <cppunit/extensions/HelperMacros.h>

#include "domain/secrets/plain_key.h"
#include "tests/support/test_service.h"

namespace claviger::tests {

class VerifyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(VerifyTest);
    CPPUNIT_TEST(answers204AndSaysWhoseKeyItIs);
    CPPUNIT_TEST(takesEitherHeader);
    CPPUNIT_TEST(answers401ForAMissingKey);
    CPPUNIT_TEST(answers401ForMalformedAndUnknownKeysAlike);
    CPPUNIT_TEST(answers400ForTwoDifferentKeys);
    CPPUNIT_TEST(takesAnEmptyCredentialForNone);
    CPPUNIT_TEST(leavesABearerOfTheApplicationAlone);
    CPPUNIT_TEST(leavesABearerInSeveralPartsAlone);
    CPPUNIT_TEST(refusesAHeaderWithTwoKeys);
    CPPUNIT_TEST(answers400ForAKeyInTheQuery);
    CPPUNIT_TEST(refusesTheKeysOfASuspendedUser);
    CPPUNIT_TEST(answers403ForASuspendedTenant);
    CPPUNIT_TEST(answersOnlyWith401Or403AsAGuard);
    CPPUNIT_TEST(tellsAProgramWhoItIs);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        auto owner = tenant_.signedIn();
        key_ = makeKey(owner, "n8n");
    }

    void answers204AndSaysWhoseKeyItIs() {
        const auto answer = verify({{"Authorization", "Bearer " + key_.fullKey}});
        CPPUNIT_ASSERT_EQUAL(204, answer.status());
        CPPUNIT_ASSERT(answer.body().empty());
        CPPUNIT_ASSERT_EQUAL(tenant_.tenant().slug.text(), answer.header("X-Claviger-Tenant"));
        CPPUNIT_ASSERT_EQUAL(key_.id, answer.header("X-Claviger-Key-Id"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{36}, answer.header("X-Claviger-User").size());
    }

    void takesEitherHeader() {
        CPPUNIT_ASSERT_EQUAL(204, verify({{"X-Api-Key", key_.fullKey}}).status());
        CPPUNIT_ASSERT_EQUAL(204, verify({{"Authorization", "bearer  " + key_.fullKey}}).status());
        CPPUNIT_ASSERT_EQUAL(
            204, verify({{"Authorization", "Bearer " + key_.fullKey}, {"X-Api-Key", key_.fullKey}}).status());
    }

    void answers401ForAMissingKey() {
        for (const Browser::Headers& headers :
             {Browser::Headers{}, Browser::Headers{{"Authorization", "Basic eDp5"}}}) {
            const auto answer = verify(headers);
            CPPUNIT_ASSERT_EQUAL(401, answer.status());
            CPPUNIT_ASSERT_EQUAL(std::string("key_required"), answer.text("code"));
            CPPUNIT_ASSERT(answer.header("WWW-Authenticate").starts_with("Bearer realm="));
        }
    }

    void answers401ForMalformedAndUnknownKeysAlike() {
        auto tampered = key_.fullKey;
        tampered[20] = tampered[20] == 'a' ? 'b' : 'a';
        const auto unknown = std::string(domain::secrets::PlainKey::generate().revealForResponse());
        for (const auto& key : {tampered, unknown, std::string("x"), key_.fullKey + "x", key_.fullKey.substr(1)}) {
            const auto answer = verify({{"X-Api-Key", key}});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(key, 401, answer.status());
            CPPUNIT_ASSERT_EQUAL(std::string("invalid_key"), answer.text("code"));
            CPPUNIT_ASSERT_EQUAL(std::string("Invalid API key"), answer.text("error"));
            CPPUNIT_ASSERT(answer.header("WWW-Authenticate").ends_with("error=\"invalid_token\""));
        }
    }

    void answers400ForTwoDifferentKeys() {
        const auto answer = verify({{"Authorization", "Bearer " + key_.fullKey}, {"X-Api-Key", "pk_live_other"}});
        CPPUNIT_ASSERT_EQUAL(400, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("ambiguous_credentials"), answer.text("code"));
    }

    void takesAnEmptyCredentialForNone() {
        for (const Browser::Headers& headers :
             {Browser::Headers{{"X-Api-Key", ""}}, Browser::Headers{{"Authorization", ""}},
              Browser::Headers{{"Authorization", "Bearer "}}, Browser::Headers{{"Authorization", "Bearer  "}},
              Browser::Headers{{"Authorization", "Bearer "}, {"X-Api-Key", " "}}}) {
            const auto answer = verify(headers);
            CPPUNIT_ASSERT_EQUAL(401, answer.status());
            CPPUNIT_ASSERT_EQUAL(std::string("key_required"), answer.text("code"));
        }
        CPPUNIT_ASSERT_EQUAL(204, verify({{"Authorization", "Bearer " + key_.fullKey}, {"X-Api-Key", ""}}).status());
        CPPUNIT_ASSERT_EQUAL(204, verify({{"Authorization", "Bearer "}, {"X-Api-Key", key_.fullKey}}).status());
    }

    void leavesABearerOfTheApplicationAlone() {
        const auto dead = std::string(domain::secrets::PlainKey::generate().revealForResponse());
        const auto beside = [&](const std::string& bearer, const std::string& apiKey) {
            return verify({{"Authorization", "Bearer " + bearer}, {"X-Api-Key", apiKey}});
        };
        CPPUNIT_ASSERT_EQUAL(204, beside("eyJhbGciOiJSUzI1NiJ9.e30.c2ln", key_.fullKey).status());
        CPPUNIT_ASSERT_EQUAL(204, beside("pk_live_of_another_service", key_.fullKey).status());
        CPPUNIT_ASSERT_EQUAL(401, beside("eyJhbGciOiJSUzI1NiJ9.e30.c2ln", dead).status());
        CPPUNIT_ASSERT_EQUAL(400, beside(dead, key_.fullKey).status());
        CPPUNIT_ASSERT_EQUAL(400, beside(key_.fullKey, dead).status());
        CPPUNIT_ASSERT_EQUAL(400, beside(key_.fullKey, "of-the-application").status());
        CPPUNIT_ASSERT_EQUAL(400, beside("of-the-application", "of-the-application-too").status());
    }

    void leavesABearerInSeveralPartsAlone() {
        const auto beside = [&](const std::string& bearer, const std::string& apiKey) {
            return verify({{"Authorization", "Bearer " + bearer}, {"X-Api-Key", apiKey}}).status();
        };
        const auto dead = std::string(domain::secrets::PlainKey::generate().revealForResponse());
        for (const auto* bearer : {"a,b", "a, b", ",", "a, Bearer b", "pk_live_of_another_service, b"}) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(bearer, 204, beside(bearer, key_.fullKey));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(bearer, 401, beside(bearer, dead));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(bearer, 400, beside(bearer, "of-the-application"));
        }
        for (const auto& bearer : {"a," + dead, dead + " ,a", "a, Bearer " + dead, "a,\tbearer  " + dead + ",b"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(bearer, 400, beside(bearer, key_.fullKey));
        CPPUNIT_ASSERT_EQUAL(400, verify({{"Authorization", "Bearer a, b"}}).status());
    }

    void refusesAHeaderWithTwoKeys() {
        const auto dead = std::string(domain::secrets::PlainKey::generate().revealForResponse());
        for (const auto& both : {key_.fullKey + ", " + dead, dead + ", " + key_.fullKey, key_.fullKey + ","}) {
            CPPUNIT_ASSERT_EQUAL(400, verify({{"X-Api-Key", both}}).status());
            CPPUNIT_ASSERT_EQUAL(400, verify({{"Authorization", "Bearer " + both}}).status());
            CPPUNIT_ASSERT_EQUAL(400,
                                 verify({{"Authorization", "Bearer " + both}, {"X-Api-Key", key_.fullKey}}).status());
        }
    }

    void answers400ForAKeyInTheQuery() {
        auto program = tenant_.browser();
        for (const auto* query : {"?api_key=", "?x=1&y=", "?", "?a&", "?k%65y=%70k_live_"}) {
            const auto answer =
                program.get("/v1/verify" + std::string(query) + key_.fullKey, {{"X-Api-Key", key_.fullKey}});
            CPPUNIT_ASSERT_EQUAL(400, answer.status());
            CPPUNIT_ASSERT_EQUAL(std::string("key_in_query"), answer.text("code"));
            CPPUNIT_ASSERT(!answer.holds(key_.fullKey));
        }
    }

    void refusesTheKeysOfASuspendedUser() {
        tenant_.execute("UPDATE {schema}.users SET status = 'suspended'");
        CPPUNIT_ASSERT_EQUAL(401, verify({{"X-Api-Key", key_.fullKey}}).status());
        tenant_.execute("UPDATE {schema}.users SET status = 'approved'");
        CPPUNIT_ASSERT_EQUAL(204, verify({{"X-Api-Key", key_.fullKey}}).status());
    }

    void answers403ForASuspendedTenant() {
        tenant_.execute("UPDATE claviger.tenants SET status = 'suspended' WHERE slug = '" +
                        tenant_.tenant().slug.text() + "'");
        const auto answer = verify({{"X-Api-Key", key_.fullKey}});
        CPPUNIT_ASSERT_EQUAL(403, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("tenant_suspended"), answer.text("code"));
        auto browser = tenant_.browser();
        CPPUNIT_ASSERT_EQUAL(403, browser.get("/settings/api-keys").status());
    }

    void answersOnlyWith401Or403AsAGuard() {
        auto program = tenant_.browser();
        const auto guard = [&](const Browser::Headers& headers) { return program.get("/v1/verify/guard", headers); };
        CPPUNIT_ASSERT_EQUAL(204, guard({{"X-Api-Key", key_.fullKey}}).status());
        CPPUNIT_ASSERT_EQUAL(401, guard({}).status());
        CPPUNIT_ASSERT_EQUAL(401, guard({{"X-Api-Key", "x"}}).status());
        const auto ambiguous = guard({{"X-Api-Key", "x"}, {"Authorization", "Bearer y"}});
        CPPUNIT_ASSERT_EQUAL(403, ambiguous.status());
        CPPUNIT_ASSERT_EQUAL(std::string("ambiguous_credentials"), ambiguous.header("X-Claviger-Refusal"));
        Browser stranger(application(), "nobody.invalid");
        CPPUNIT_ASSERT_EQUAL(403, stranger.get("/v1/verify/guard", {{"X-Api-Key", key_.fullKey}}).status());
        tenant_.execute("UPDATE claviger.tenants SET status = 'suspended' WHERE slug = '" +
                        tenant_.tenant().slug.text() + "'");
        CPPUNIT_ASSERT_EQUAL(403, guard({{"X-Api-Key", key_.fullKey}}).status());
    }

    void tellsAProgramWhoItIs() {
        auto program = tenant_.browser();
        const auto answer = program.get("/v1/me", {{"Authorization", "Bearer " + key_.fullKey}});
        CPPUNIT_ASSERT_EQUAL(200, answer.status());
        const auto document = answer.json();
        CPPUNIT_ASSERT_EQUAL(tenant_.tenant().slug.text(),
                             document->getObject("tenant")->getValue<std::string>("slug"));
        CPPUNIT_ASSERT_EQUAL(std::string(TestTenant::kOwner),
                             document->getObject("user")->getValue<std::string>("email"));
        CPPUNIT_ASSERT_EQUAL(key_.id, document->getObject("key")->getValue<std::string>("id"));
        CPPUNIT_ASSERT_EQUAL(std::string("n8n"), document->getObject("key")->getValue<std::string>("name"));
        CPPUNIT_ASSERT(!answer.holds(key_.fullKey));
        CPPUNIT_ASSERT_EQUAL(401, program.get("/v1/me").status());
    }

private:
    Answer verify(const Browser::Headers& headers) {
        auto program = tenant_.browser();
        return program.get("/v1/verify", headers);
    }

    TestTenant tenant_;
    MadeKey key_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(VerifyTest);

}  // namespace claviger::tests

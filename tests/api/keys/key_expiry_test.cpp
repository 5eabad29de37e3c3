// A key that expires: created over JSON and by the form, refused by verify, regenerated.
#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <utility>

#include "tests/support/test_service.h"

namespace claviger::tests {

class KeyExpiryApiTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(KeyExpiryApiTest);
    CPPUNIT_TEST(createsAKeyThatExpires);
    CPPUNIT_TEST(aKeyWithoutAnExpiryNeverExpires);
    CPPUNIT_TEST(answers400ForABadExpiryAndStoresNothing);
    CPPUNIT_TEST(anExpiredKeyIsRefusedOnEveryRoute);
    CPPUNIT_TEST(anExpiredKeyStaysListedAndKeepsItsName);
    CPPUNIT_TEST(regeneratesWithTheSameLifetime);
    CPPUNIT_TEST(theFormChoosesDaysOrADate);
    CPPUNIT_TEST(theFormShowsABadExpiryAndKeepsWhatWasTyped);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { owner_.emplace(tenant_.signedIn()); }

private:
    Answer create(const std::string& expiresAt) {
        return owner_->postJson("/api/api-keys", R"({"name":"n8n","expiresAt":)" + expiresAt + "}");
    }
    Answer ask(const std::string& path, const std::string& fullKey) {
        auto program = tenant_.browser();
        return program.get(path, {{"X-Api-Key", fullKey}});
    }
    Answer createByForm(const fcgi::Fields& choice) {
        auto fields = choice;
        fields.insert({{"csrf", owner_->csrf()}, {"once", "once-" + std::to_string(++forms_)}, {"name", "by form"}});
        return owner_->postForm("/settings/api-keys", fields);
    }

    void createsAKeyThatExpires() {
        const auto answer = create(R"("2099-12-31T23:00:00+01:00")");
        CPPUNIT_ASSERT_EQUAL(201, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("2099-12-31T22:00:00.000Z"), answer.text("expiresAt"));
        CPPUNIT_ASSERT_EQUAL(204, ask("/v1/verify", answer.text("fullKey")).status());
        CPPUNIT_ASSERT_EQUAL(
            answer.text("expiresAt"),
            ask("/v1/me", answer.text("fullKey")).json()->getObject("key")->getValue<std::string>("expiresAt"));
        const auto listed = owner_->get("/api/api-keys").json()->getArray("keys")->getObject(0);
        CPPUNIT_ASSERT_EQUAL(answer.text("expiresAt"), listed->getValue<std::string>("expiresAt"));
        tenant_.execute("UPDATE {schema}.api_keys SET deleted_at = UTC_TIMESTAMP(6)");
        CPPUNIT_ASSERT_EQUAL(std::string("2099-12-31T23:59:59.999Z"), create(R"("2099-12-31")").text("expiresAt"));
    }

    void aKeyWithoutAnExpiryNeverExpires() {
        CPPUNIT_ASSERT(create("null").json()->get("expiresAt").isEmpty());
        const auto answer = owner_->postJson("/api/api-keys", R"({"name":"other"})");
        CPPUNIT_ASSERT(answer.json()->has("expiresAt") && answer.json()->get("expiresAt").isEmpty());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{2}, tenant_.count("api_keys WHERE expires_at IS NULL"));
    }

    void answers400ForABadExpiryAndStoresNothing() {
        for (const std::string bad : {R"("")", R"("never")", R"("2020-01-01")", R"("2020-01-01T00:00:00Z")",
                                      R"("9999-12-31")", R"("2099-02-30")", R"("2099-01-01T00:00:00")", "0",
                                      "4102444800", "true", "[]", "{}", R"(["2099-12-31"])"}) {
            const auto refused = create(bad);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(bad, 400, refused.status());
            CPPUNIT_ASSERT_EQUAL_MESSAGE(bad, std::string("expiry_invalid"), refused.text("code"));
        }
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("api_keys"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("audit_events WHERE key_id IS NOT NULL"));
    }

    MadeKey makeExpired() {
        const auto key = makeKey(*owner_, "n8n");
        tenant_.execute(
            "UPDATE {schema}.api_keys SET expires_at = UTC_TIMESTAMP(6), "
            "created_at = UTC_TIMESTAMP(6) - INTERVAL 1 DAY");
        return key;
    }

    void anExpiredKeyIsRefusedOnEveryRoute() {
        const auto key = makeExpired();
        for (const auto* path : {"/v1/verify", "/v1/me"}) {
            const auto refused = ask(path, key.fullKey);
            CPPUNIT_ASSERT_EQUAL(401, refused.status());
            CPPUNIT_ASSERT_EQUAL(std::string("key_expired"), refused.text("code"));
            CPPUNIT_ASSERT(refused.header("WWW-Authenticate").ends_with("error=\"invalid_token\""));
        }
        const auto guard = ask("/v1/verify/guard", key.fullKey);
        CPPUNIT_ASSERT_EQUAL(401, guard.status());
        CPPUNIT_ASSERT_EQUAL(std::string("key_expired"), guard.header("X-Claviger-Refusal"));
    }

    void anExpiredKeyStaysListedAndKeepsItsName() {
        makeExpired();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, owner_->get("/api/api-keys").json()->getArray("keys")->size());
        CPPUNIT_ASSERT_EQUAL(std::string("name_taken"), create("null").text("code"));
    }

    void regeneratesWithTheSameLifetime() {
        const auto key = makeExpired();
        const auto answer = owner_->send("POST", "/api/api-keys/" + key.id, "", {});
        CPPUNIT_ASSERT_EQUAL(200, answer.status());
        CPPUNIT_ASSERT_EQUAL(204, ask("/v1/verify", answer.text("fullKey")).status());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("api_keys WHERE live = 1 AND "
                                                            "expires_at = created_at + INTERVAL 1 DAY"));
    }

    void theFormChoosesDaysOrADate() {
        for (const auto& [choice, condition] :
             {std::pair(fcgi::Fields{{"expires", ""}}, "expires_at IS NULL"),
              std::pair(fcgi::Fields{{"expires", "30"}}, "expires_at = created_at + INTERVAL 30 DAY"),
              std::pair(fcgi::Fields{{"expires", "365"}, {"expiresOn", "2020-01-01"}},
                        "expires_at = created_at + INTERVAL 365 DAY"),
              std::pair(fcgi::Fields{{"expires", "date"}, {"expiresOn", "2099-12-31"}},
                        "expires_at = '2099-12-31 23:59:59.999'")}) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(condition, 200, createByForm(choice).status());
            CPPUNIT_ASSERT_EQUAL_MESSAGE(condition, std::int64_t{1},
                                         tenant_.count("api_keys WHERE live = 1 AND " + std::string(condition)));
            tenant_.execute("UPDATE {schema}.api_keys SET deleted_at = UTC_TIMESTAMP(6)");
        }
    }

    void theFormShowsABadExpiryAndKeepsWhatWasTyped() {
        for (const auto& choice :
             {fcgi::Fields{{"expires", "date"}}, fcgi::Fields{{"expires", "date"}, {"expiresOn", "2020-01-01"}},
              fcgi::Fields{{"expires", "31"}}, fcgi::Fields{{"expires", "-1"}}}) {
            const auto page = createByForm(choice);
            CPPUNIT_ASSERT_EQUAL(400, page.status());
            CPPUNIT_ASSERT(page.holds("The expiry must be a date"));
            CPPUNIT_ASSERT_EQUAL(std::string("by form"), page.field("name"));
            const auto date = choice.find("expiresOn");
            if (date != choice.end()) CPPUNIT_ASSERT_EQUAL(date->second, page.field("expiresOn"));
        }
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("api_keys"));
    }

    TestTenant tenant_;
    std::optional<Browser> owner_;
    int forms_ = 0;
};
CPPUNIT_TEST_SUITE_REGISTRATION(KeyExpiryApiTest);

}  // namespace claviger::tests

// POST /api/api-keys/{id}/disable and /enable, and the forms alike, from request to answer.
#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <tuple>

#include "tests/support/test_service.h"

namespace claviger::tests {

class SwitchApiKeyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SwitchApiKeyTest);
    CPPUNIT_TEST(answers200WithTheKeyAsTheListShowsIt);
    CPPUNIT_TEST(aDisabledKeyIsRefusedOnEveryRouteUntilItIsEnabled);
    CPPUNIT_TEST(answersTheSameForAKeyThatIsSoAlready);
    CPPUNIT_TEST(theFormsGoBackToTheList);
    CPPUNIT_TEST(answers409ForWhatAnOperatorHasDisabledAndChangesNothing);
    CPPUNIT_TEST(answers404ForOthersKeysAndDeadOnesAndChangesNothing);
    CPPUNIT_TEST(refusesAFormsContentType);
    CPPUNIT_TEST(deadAndUnknownKeysStayTheSameBytes);
    CPPUNIT_TEST(thePageSaysHowAKeyStandsAndOffersWhatIsPossible);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        owner_.emplace(tenant_.signedIn());
        key_ = makeKey(*owner_, "n8n");
    }

private:
    Answer post(const std::string& verb, const std::string& id) {
        return owner_->send("POST", "/api/api-keys/" + id + "/" + verb, "", {});
    }
    Answer post(const std::string& verb) { return post(verb, key_.id); }
    Answer postForm(const std::string& verb) {
        return owner_->postForm("/settings/api-keys/" + key_.id + "/" + verb, {{"csrf", owner_->csrf()}});
    }
    Answer ask(const std::string& path, const std::string& fullKey) {
        auto program = tenant_.browser();
        return program.get(path, {{"X-Api-Key", fullKey}});
    }
    int verify() { return ask("/v1/verify", key_.fullKey).status(); }
    std::int64_t disabledRows() { return tenant_.count("api_keys WHERE disabled_at IS NOT NULL"); }
    std::int64_t auditRows(const std::string& action) {
        return tenant_.count("audit_events WHERE action = '" + action + "'");
    }
    void lock() { tenant_.execute("UPDATE {schema}.api_keys SET disabled_at = UTC_TIMESTAMP(6), disabled_by = 2"); }

    void answers200WithTheKeyAsTheListShowsIt() {
        const auto listed = [&] { return owner_->get("/api/api-keys").json()->getArray("keys")->getObject(0); };
        CPPUNIT_ASSERT(listed()->has("disabledAt") && listed()->get("disabledAt").isEmpty());
        CPPUNIT_ASSERT(listed()->get("disabledBy").isEmpty() && listed()->get("expiresAt").isEmpty());

        const auto disabled = post("disable");
        CPPUNIT_ASSERT_EQUAL(200, disabled.status());
        CPPUNIT_ASSERT_EQUAL(key_.id, disabled.text("id"));
        CPPUNIT_ASSERT_EQUAL(std::string("owner"), disabled.text("disabledBy"));
        CPPUNIT_ASSERT_EQUAL(disabled.text("disabledAt"), listed()->getValue<std::string>("disabledAt"));
        CPPUNIT_ASSERT_EQUAL(std::string("owner"), listed()->getValue<std::string>("disabledBy"));

        const auto enabled = post("enable");
        CPPUNIT_ASSERT_EQUAL(200, enabled.status());
        CPPUNIT_ASSERT(enabled.json()->get("disabledAt").isEmpty() && enabled.json()->get("disabledBy").isEmpty());
        CPPUNIT_ASSERT(listed()->get("disabledAt").isEmpty());
    }

    void aDisabledKeyIsRefusedOnEveryRouteUntilItIsEnabled() {
        CPPUNIT_ASSERT_EQUAL(204, verify());
        CPPUNIT_ASSERT_EQUAL(200, post("disable").status());
        for (const auto* path : {"/v1/verify", "/v1/me"}) {
            const auto refused = ask(path, key_.fullKey);
            CPPUNIT_ASSERT_EQUAL(401, refused.status());
            CPPUNIT_ASSERT_EQUAL(std::string("key_disabled"), refused.text("code"));
            CPPUNIT_ASSERT(refused.header("WWW-Authenticate").ends_with("error=\"invalid_token\""));
            CPPUNIT_ASSERT(refused.header("X-Claviger-Key-Id").empty());
        }
        const auto guard = ask("/v1/verify/guard", key_.fullKey);
        CPPUNIT_ASSERT_EQUAL(401, guard.status());
        CPPUNIT_ASSERT_EQUAL(std::string("key_disabled"), guard.header("X-Claviger-Refusal"));
        CPPUNIT_ASSERT_EQUAL(200, post("enable").status());
        CPPUNIT_ASSERT_EQUAL(204, verify());
    }

    void answersTheSameForAKeyThatIsSoAlready() {
        CPPUNIT_ASSERT_EQUAL(200, post("enable").status());
        const auto first = post("disable"), second = post("disable");
        CPPUNIT_ASSERT_EQUAL(first.body(), second.body());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, auditRows("key_disabled"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, auditRows("key_enabled"));
    }

    void theFormsGoBackToTheList() {
        for (const auto& [verb, status, rows] : {std::tuple("disable", 401, 1), std::tuple("disable", 401, 1),
                                                 std::tuple("enable", 204, 0), std::tuple("enable", 204, 0)}) {
            const auto answer = postForm(verb);
            CPPUNIT_ASSERT_EQUAL(303, answer.status());
            CPPUNIT_ASSERT_EQUAL(std::string("/settings/api-keys"), answer.header("Location"));
            CPPUNIT_ASSERT_EQUAL(status, verify());
            CPPUNIT_ASSERT_EQUAL(std::int64_t{rows}, disabledRows());
        }
    }

    void answers409ForWhatAnOperatorHasDisabledAndChangesNothing() {
        lock();
        const auto keys = tenant_.count("api_keys");
        for (const auto& refused : {post("enable"), owner_->send("POST", "/api/api-keys/" + key_.id, "", {})}) {
            CPPUNIT_ASSERT_EQUAL(409, refused.status());
            CPPUNIT_ASSERT_EQUAL(std::string("key_locked"), refused.text("code"));
        }
        CPPUNIT_ASSERT_EQUAL(409, postForm("enable").status());
        CPPUNIT_ASSERT_EQUAL(std::string("operator"), post("disable").text("disabledBy"));
        CPPUNIT_ASSERT_EQUAL(keys, tenant_.count("api_keys"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("api_keys WHERE disabled_by = 2 AND live = 1"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, auditRows("key_enabled") + auditRows("key_regenerated"));
    }

    void answers404ForOthersKeysAndDeadOnesAndChangesNothing() {
        TestTenant other;
        tenant_.addUser("second@example.com");
        auto second = tenant_.signedIn("second@example.com");
        auto stranger = other.signedIn();
        for (const std::string verb : {"disable", "enable"}) {
            const auto path = "/api/api-keys/" + key_.id + "/" + verb;
            for (auto* browser : {&second, &stranger}) {
                const auto refused = browser->send("POST", path, "", {});
                CPPUNIT_ASSERT_EQUAL(404, refused.status());
                CPPUNIT_ASSERT_EQUAL(std::string("key_not_found"), refused.text("code"));
            }
            for (const std::string id : {"1", "%00", "a%2Fb"}) CPPUNIT_ASSERT_EQUAL(404, post(verb, id).status());
        }
        CPPUNIT_ASSERT_EQUAL(204, verify());
        owner_->send("POST", "/api/api-keys/" + key_.id, "", {});
        for (const auto* verb : {"disable", "enable"}) CPPUNIT_ASSERT_EQUAL(404, post(verb).status());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, disabledRows());
    }

    void refusesAFormsContentType() {
        for (const std::string verb : {"disable", "enable"}) {
            const auto refused = owner_->send("POST", "/api/api-keys/" + key_.id + "/" + verb, "a=b",
                                              {{"Content-Type", "application/x-www-form-urlencoded"}});
            CPPUNIT_ASSERT_EQUAL(415, refused.status());
        }
        CPPUNIT_ASSERT_EQUAL(204, verify());
    }

    // A dead key is refused as an unknown one, in each state that it had before.
    void deadAndUnknownKeysStayTheSameBytes() {
        const auto body = [&](const std::string& fullKey) {
            auto answer = ask("/v1/verify", fullKey);
            CPPUNIT_ASSERT_EQUAL(std::string("invalid_key"), answer.text("code"));
            auto text = answer.body();
            const auto id = answer.text("requestId");
            return text.replace(text.find(id), id.size(), "");
        };
        post("disable");
        CPPUNIT_ASSERT_EQUAL(std::string("key_disabled"), ask("/v1/verify", key_.fullKey).text("code"));
        owner_->send("POST", "/api/api-keys/" + key_.id, "", {});
        CPPUNIT_ASSERT_EQUAL(body(std::string("x")), body(key_.fullKey));
        tenant_.execute("UPDATE {schema}.api_keys SET expires_at = created_at WHERE live IS NULL");
        CPPUNIT_ASSERT_EQUAL(body(std::string("x")), body(key_.fullKey));
    }

    void thePageSaysHowAKeyStandsAndOffersWhatIsPossible() {
        const auto shows = [&](const std::string& part) { return owner_->get("/settings/api-keys").holds(part); };
        const auto action = "action=\"/settings/api-keys/" + key_.id;
        CPPUNIT_ASSERT(shows(action + "/disable\"") && !shows("class=\"badge"));
        post("disable");
        CPPUNIT_ASSERT(shows(">Disabled</span>") && shows(action + "/enable\"") && !shows(action + "/disable\""));
        CPPUNIT_ASSERT(owner_->get("/settings/api-keys/" + key_.id + "/regenerate").holds("will be enabled"));
        lock();
        CPPUNIT_ASSERT(shows(">Disabled by an operator</span>"));
        CPPUNIT_ASSERT(!shows(action) && !shows(key_.id + "/regenerate"));
        tenant_.execute(
            "UPDATE {schema}.api_keys SET disabled_at = NULL, disabled_by = NULL, "
            "expires_at = '2099-12-31 23:59:59.999'");
        post("enable");
        CPPUNIT_ASSERT(shows(">Expires <time data-form=\"until\" datetime=\"2099-12-31T23:59:59.999Z\">"));
        CPPUNIT_ASSERT(
            owner_->get("/settings/api-keys/" + key_.id + "/regenerate").holds("expires after the same time"));
        tenant_.execute("UPDATE {schema}.api_keys SET expires_at = created_at");
        post("enable");
        CPPUNIT_ASSERT(shows(">Expired <time data-form=\"day\"") && shows(key_.id + "/regenerate"));
    }

    TestTenant tenant_;
    std::optional<Browser> owner_;
    MadeKey key_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(SwitchApiKeyTest);

}  // namespace claviger::tests

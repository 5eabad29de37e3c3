// The settings pages as plain HTML and forms.
#include <Poco/JSON/Array.h>
#include <cppunit/extensions/HelperMacros.h>

#include "tests/support/test_service.h"

namespace claviger::tests {

class KeyPagesTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(KeyPagesTest);
    CPPUNIT_TEST(sendsTheRootToTheKeys);
    CPPUNIT_TEST(sendsNobodyToTheLoginPageAndBack);
    CPPUNIT_TEST(saysThatThereAreNoKeysYet);
    CPPUNIT_TEST(createsAKeyByFormAndShowsItOnce);
    CPPUNIT_TEST(makesNothingWhenTheFormIsSentAgain);
    CPPUNIT_TEST(linksToRegeneratingTheKeyThatWasShownWhileItLives);
    CPPUNIT_TEST(saysWhatIsWrongWithTheNameAndKeepsIt);
    CPPUNIT_TEST(regeneratesByFormAfterAConfirmation);
    CPPUNIT_TEST(refusesAFormWithoutItsTokenAndStoresNothing);
    CPPUNIT_TEST(refusesTheTokenOfAnotherSession);
    CPPUNIT_TEST(refusesAForeignOriginAndStoresNothing);
    CPPUNIT_TEST(tellsWhoseSessionEndedThatTheirFormDidNothing);
    CPPUNIT_TEST(searchesByName);
    CPPUNIT_TEST(offersTheSearchFromEightKeysUp);
    CPPUNIT_TEST(saysThatTheLimitIsReached);
    CPPUNIT_TEST(keepsFullKeysOutOfThePageOfTheKeys);
    CPPUNIT_TEST(showsHostileNamesAsText);
    CPPUNIT_TEST_SUITE_END();

public:
    void sendsTheRootToTheKeys() {
        auto nobody = tenant_.browser();
        for (const auto* path : {"/", "/settings"}) {
            const auto answer = nobody.get(path);
            CPPUNIT_ASSERT_EQUAL(302, answer.status());
            CPPUNIT_ASSERT_EQUAL(std::string("/settings/api-keys"), answer.header("Location"));
        }
    }

    void sendsNobodyToTheLoginPageAndBack() {
        auto nobody = tenant_.browser();
        const auto answer = nobody.get("/settings/api-keys");
        CPPUNIT_ASSERT_EQUAL(302, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("/login?callbackUrl=%2Fsettings%2Fapi-keys"), answer.header("Location"));
        CPPUNIT_ASSERT(nobody.get(answer.header("Location")).holds("value=\"/settings/api-keys\""));
    }

    void saysThatThereAreNoKeysYet() {
        auto owner = tenant_.signedIn();
        const auto page = owner.get("/settings/api-keys");
        CPPUNIT_ASSERT_EQUAL(200, page.status());
        for (const auto* text : {"API Keys", "Manage API keys for external tool access", "Create Key", "Your API Keys",
                                 "Keys are shown in full only once when created or regenerated.", "No API keys yet.",
                                 "Create one to get started.", TestTenant::kOwner, "Sign out"})
            CPPUNIT_ASSERT_MESSAGE(text, page.holds(text));
    }

    void createsAKeyByFormAndShowsItOnce() {
        auto owner = tenant_.signedIn();
        const auto shown = submit(owner, "Zapier");
        CPPUNIT_ASSERT_EQUAL(200, shown.status());
        CPPUNIT_ASSERT_EQUAL(std::string("no-store"), shown.header("Cache-Control"));
        CPPUNIT_ASSERT(shown.holds("API Key Created!"));
        const auto fullKey = fullKeyIn(shown);
        auto program = tenant_.browser();
        CPPUNIT_ASSERT_EQUAL(204, program.get("/v1/verify", {{"X-Api-Key", fullKey}}).status());
        const auto list = owner.get("/settings/api-keys");
        CPPUNIT_ASSERT(list.holds(fullKey.substr(0, 12) + "****"));
        CPPUNIT_ASSERT(!list.holds(fullKey));
    }

    void makesNothingWhenTheFormIsSentAgain() {
        auto owner = tenant_.signedIn();
        const auto form = owner.get("/settings/api-keys/new");
        const fcgi::Fields fields = {{"csrf", form.field("csrf")}, {"once", form.field("once")}, {"name", "Zapier"}};
        CPPUNIT_ASSERT_EQUAL(200, owner.postForm("/settings/api-keys", fields).status());
        const auto again = owner.postForm("/settings/api-keys", fields);
        CPPUNIT_ASSERT_EQUAL(409, again.status());
        CPPUNIT_ASSERT(again.holds("This key was already shown"));
        CPPUNIT_ASSERT(!again.holds("pk_live_"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("api_keys"));
    }

    void linksToRegeneratingTheKeyThatWasShownWhileItLives() {
        auto owner = tenant_.signedIn();
        const auto form = owner.get("/settings/api-keys/new");
        const fcgi::Fields fields = {{"csrf", form.field("csrf")}, {"once", form.field("once")}, {"name", "Zapier"}};
        owner.postForm("/settings/api-keys", fields);
        const auto id = owner.get("/api/api-keys").json()->getArray("keys")->getObject(0)->getValue<std::string>("id");
        const auto link = "/settings/api-keys/" + id + "/regenerate";
        CPPUNIT_ASSERT(owner.postForm("/settings/api-keys", fields).holds("href=\"" + link + "\""));
        CPPUNIT_ASSERT_EQUAL(200, owner.postJson("/api/api-keys/" + id, "{}").status());
        const auto dead = owner.postForm("/settings/api-keys", fields);
        CPPUNIT_ASSERT_EQUAL(409, dead.status());
        CPPUNIT_ASSERT(!dead.holds(id));
    }

    void saysWhatIsWrongWithTheNameAndKeepsIt() {
        auto owner = tenant_.signedIn();
        submit(owner, "Zapier");
        const auto answer = submit(owner, "Zapier");
        CPPUNIT_ASSERT_EQUAL(400, answer.status());
        CPPUNIT_ASSERT(answer.holds("An API key with this name already exists"));
        CPPUNIT_ASSERT(answer.holds("value=\"Zapier\""));
        CPPUNIT_ASSERT(submit(owner, "  ").holds("Name is required"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("api_keys"));
    }

    void regeneratesByFormAfterAConfirmation() {
        auto owner = tenant_.signedIn();
        const auto key = makeKey(owner, "n8n");
        const auto path = "/settings/api-keys/" + key.id + "/regenerate";
        const auto confirm = owner.get(path);
        CPPUNIT_ASSERT(confirm.holds("The current key will stop working immediately."));
        const fcgi::Fields fields = {{"csrf", confirm.field("csrf")}, {"once", confirm.field("once")}};
        const auto shown = owner.postForm(path, fields);
        CPPUNIT_ASSERT_EQUAL(200, shown.status());
        CPPUNIT_ASSERT(shown.holds("Key Regenerated!"));
        auto program = tenant_.browser();
        CPPUNIT_ASSERT_EQUAL(401, program.get("/v1/verify", {{"X-Api-Key", key.fullKey}}).status());
        CPPUNIT_ASSERT_EQUAL(204, program.get("/v1/verify", {{"X-Api-Key", fullKeyIn(shown)}}).status());
        CPPUNIT_ASSERT_EQUAL(409, owner.postForm(path, fields).status());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{2}, tenant_.count("api_keys"));
    }

    void refusesAFormWithoutItsTokenAndStoresNothing() {
        auto owner = tenant_.signedIn();
        for (const auto& csrf : {std::string(), std::string("x"), std::string(43, 'A')}) {
            const auto answer = owner.postForm("/settings/api-keys", {{"csrf", csrf}, {"once", "o"}, {"name", "a"}});
            CPPUNIT_ASSERT_EQUAL(403, answer.status());
        }
        CPPUNIT_ASSERT_EQUAL(403, owner.postForm("/logout", {}).status());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("api_keys"));
        CPPUNIT_ASSERT_EQUAL(200, owner.get("/settings/api-keys").status());
    }

    void refusesTheTokenOfAnotherSession() {
        auto owner = tenant_.signedIn();
        auto elsewhere = tenant_.signedIn();
        const auto answer =
            owner.postForm("/settings/api-keys", {{"csrf", elsewhere.csrf()}, {"once", "o"}, {"name", "a"}});
        CPPUNIT_ASSERT_EQUAL(403, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("api_keys"));
    }

    void refusesAForeignOriginAndStoresNothing() {
        auto owner = tenant_.signedIn();
        const auto csrf = owner.csrf();
        const std::vector<Browser::Headers> foreign = {
            {{"Origin", "http://evil.example"}},      {{"Origin", "null"}},
            {{"Origin", "http://" + tenant_.host()}}, {{"Origin", "http://sibling." + tenant_.authority()}},
            {{"Sec-Fetch-Site", "same-site"}},        {{"Sec-Fetch-Site", "cross-site"}}};
        for (const auto& headers : foreign) {
            const auto form =
                owner.postForm("/settings/api-keys", {{"csrf", csrf}, {"once", "o"}, {"name", "a"}}, headers);
            CPPUNIT_ASSERT_EQUAL(403, form.status());
            const auto json = owner.postJson("/api/api-keys", R"({"name":"a"})", headers);
            CPPUNIT_ASSERT_EQUAL(403, json.status());
            CPPUNIT_ASSERT_EQUAL(std::string("cross_origin"), json.text("code"));
        }
        const Browser::Headers otherScheme = {{"Origin", "https://" + tenant_.authority()}};
        const auto form =
            owner.postForm("/settings/api-keys", {{"csrf", csrf}, {"once", "o"}, {"name", "a"}}, otherScheme);
        CPPUNIT_ASSERT_EQUAL(403, form.status());
        CPPUNIT_ASSERT(form.holds("claviger_behind_proxy.conf"));
        const auto json = owner.postJson("/api/api-keys", R"({"name":"a"})", otherScheme);
        CPPUNIT_ASSERT_EQUAL(std::string("scheme_mismatch"), json.text("code"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("api_keys"));
        const Browser::Headers own = {{"Origin", "http://" + tenant_.authority()}, {"Sec-Fetch-Site", "same-origin"}};
        CPPUNIT_ASSERT_EQUAL(201, owner.postJson("/api/api-keys", R"({"name":"a"})", own).status());
    }

    void tellsWhoseSessionEndedThatTheirFormDidNothing() {
        auto owner = tenant_.signedIn();
        const fcgi::Fields fields = {{"csrf", owner.csrf()}, {"once", "o"}, {"name", "a"}};
        owner.cookies().erase("claviger_session");
        const auto answer = owner.postForm("/settings/api-keys", fields);
        CPPUNIT_ASSERT_EQUAL(303, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("/login?callbackUrl=%2Fsettings%2Fapi-keys&ended=1"),
                             answer.header("Location"));
        CPPUNIT_ASSERT(owner.get(answer.header("Location")).holds("id=\"ended\">"));
        CPPUNIT_ASSERT(owner.get("/login").holds("id=\"ended\" hidden>"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("api_keys"));
    }

    void searchesByName() {
        auto owner = tenant_.signedIn();
        makeKey(owner, "Zapier");
        makeKey(owner, "Scripts");
        const auto found = owner.get("/settings/api-keys?q=zap");
        CPPUNIT_ASSERT(found.holds("<bdi translate=\"no\">Zapier</bdi>"));
        CPPUNIT_ASSERT(!found.holds("<bdi translate=\"no\">Scripts</bdi>"));
        CPPUNIT_ASSERT(
            owner.get("/settings/api-keys?q=%3Cb%3E").holds("No key matches “<bdi translate=\"no\">&lt;b&gt;</bdi>”."));
    }

    void offersTheSearchFromEightKeysUp() {
        auto owner = tenant_.signedIn();
        for (const auto* name : {"1", "2", "3", "4", "5", "6", "7"}) makeKey(owner, name);
        CPPUNIT_ASSERT(!owner.get("/settings/api-keys").holds("name=\"q\""));
        makeKey(owner, "8");
        CPPUNIT_ASSERT(owner.get("/settings/api-keys").holds("name=\"q\""));
    }

    void saysThatTheLimitIsReached() {
        auto owner = tenant_.signedIn();
        makeKey(owner, "0");
        CPPUNIT_ASSERT(!owner.get("/settings/api-keys").holds("of 500 keys"));
        for (int copies = 1; copies < 500; copies *= 2)  // doubles the rows until the user has 500 live keys
            tenant_.execute(
                "INSERT INTO {schema}.api_keys (id, user_id, name, lineage_id, generation, key_hash, pepper_version, "
                "key_prefix, created_at) "
                "SELECT RANDOM_BYTES(16), user_id, HEX(RANDOM_BYTES(16)), lineage_id, 1, RANDOM_BYTES(32), 1, "
                "key_prefix, created_at "
                "FROM {schema}.api_keys LIMIT " +
                std::to_string(500 - copies));
        const auto page = owner.get("/settings/api-keys");
        CPPUNIT_ASSERT(page.holds("You have 500 of 500 keys"));
        CPPUNIT_ASSERT(page.holds("API keys, newest first, 500 of 500"));
    }

    void keepsFullKeysOutOfThePageOfTheKeys() {
        auto owner = tenant_.signedIn();
        const auto key = makeKey(owner, "Zapier");
        const auto page = owner.get("/settings/api-keys");
        CPPUNIT_ASSERT(page.holds(key.fullKey.substr(0, 12) + "****"));
        CPPUNIT_ASSERT(!page.holds(key.fullKey.substr(12)));
    }

    void showsHostileNamesAsText() {
        auto owner = tenant_.signedIn();
        makeKey(owner, "<script>alert(1)</script>");
        makeKey(owner, "{{NAME}}");
        makeKey(owner, "\\\" onfocus=alert(1) x=\\\"");
        const auto page = owner.get("/settings/api-keys");
        CPPUNIT_ASSERT(!page.holds("<script>"));
        CPPUNIT_ASSERT(page.holds("{{NAME}}"));
        CPPUNIT_ASSERT(!page.holds("\" onfocus"));
    }

private:
    static Answer submit(Browser& browser, const std::string& name) {
        const auto form = browser.get("/settings/api-keys/new");
        return browser.postForm("/settings/api-keys",
                                {{"csrf", form.field("csrf")}, {"once", form.field("once")}, {"name", name}});
    }

    static std::string fullKeyIn(const Answer& page) {
        const auto at = page.body().find(">pk_live_");
        CPPUNIT_ASSERT(at != std::string::npos);
        return page.body().substr(at + 1, 46);
    }

    TestTenant tenant_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(KeyPagesTest);

}  // namespace claviger::tests

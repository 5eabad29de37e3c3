// Text that tries to be markup, on every page that shows it.
#include <cppunit/extensions/HelperMacros.h>

#include "fcgi/http/path.h"
#include "fcgi/routes.h"
#include "tests/support/test_service.h"

namespace claviger::tests {
namespace {

// Without escaping, each part would leave its place: the text of an element, an attribute's quotes, a template's
// marker.
const std::string kHostile = R"('"><x-hostile onx=1>&amp;</title></script>{{FULL_KEY}}<!--)";

}  // namespace

class HostileTextTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HostileTextTest);
    CPPUNIT_TEST(isShownAsTextOnEveryPage);
    CPPUNIT_TEST(isShownAsTextByEveryForm);
    CPPUNIT_TEST(isNoMarkupInAnyAnswerOfJson);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        owner_.emplace(tenant_.signedIn());
        std::string hex;
        for (const char c : kHostile) hex += "0123456789ABCDEF"[c >> 4], hex += "0123456789ABCDEF"[c & 15];
        const auto key = makeKey(*owner_, "plain");
        id_ = key.id;
        fullKey_ = key.fullKey;
        tenant_.execute("UPDATE {schema}.api_keys SET name = 0x" + hex);
        tenant_.execute("UPDATE {schema}.users SET name = 0x" + hex);
        tenant_.execute("UPDATE claviger.tenants SET name = 0x" + hex + " WHERE slug = '" +
                        tenant_.tenant().slug.text() + "'");
    }

    void isShownAsTextOnEveryPage() {
        const auto query = "?q=" + fcgi::encodeComponent(kHostile) + "&callbackUrl=/" +
                           fcgi::encodeComponent(R"('"><x-hostile>)") + "&ended=" + fcgi::encodeComponent(kHostile);
        int shown = 0;
        for (const auto& route : fcgi::routes()) {
            if (route.method != "GET" || route.answers != fcgi::Answers::kPage) continue;
            std::string path(route.path);
            if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, id_);
            shown += check(path, owner_->get(path + query));
            shown += check(path, tenant_.browser().get(path + query));
            check(path, owner_->get(path + "/" + fcgi::encodeComponent(kHostile)));
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(shown),
                               shown >= 4);  // the list, the new key, the confirmation, the login
    }

    void isShownAsTextByEveryForm() {
        const auto csrf = owner_->csrf();
        const fcgi::Fields fields = {{"csrf", csrf},      {"once", kHostile},     {"name", kHostile},
                                     {"email", kHostile}, {"password", kHostile}, {"callbackUrl", "/" + kHostile}};
        const auto taken = owner_->postForm("/settings/api-keys", fields);
        CPPUNIT_ASSERT_EQUAL(400, taken.status());  // the name is there already
        CPPUNIT_ASSERT_EQUAL(1, check("taken", taken));
        auto fresh = fields;
        fresh["name"] = kHostile + "2";
        CPPUNIT_ASSERT_EQUAL(1, check("created", owner_->postForm("/settings/api-keys", fresh)));
        CPPUNIT_ASSERT_EQUAL(409, owner_->postForm("/settings/api-keys", fresh).status());
        check("again", owner_->postForm("/settings/api-keys", fresh));
        auto renew = fields;
        renew["once"] = "another";
        CPPUNIT_ASSERT_EQUAL(1, check("renewed", owner_->postForm("/settings/api-keys/" + id_ + "/regenerate", renew)));
        auto visitor = tenant_.browser();
        auto login = fields;
        login["csrf"] = visitor.get("/login").field("csrf");
        CPPUNIT_ASSERT_EQUAL(1, check("login", visitor.postForm("/login", login)));
        login["csrf"] = kHostile;
        check("refused", visitor.postForm("/login", login));
    }

    void isNoMarkupInAnyAnswerOfJson() {
        for (const auto& answer :
             {owner_->get("/api/api-keys"), tenant_.browser().get("/v1/me", {{"X-Api-Key", fullKey_}}),
              owner_->postJson("/api/api-keys/" + id_, "{}")}) {
            CPPUNIT_ASSERT_EQUAL(200, answer.status());
            CPPUNIT_ASSERT_EQUAL(std::string("application/json"), answer.header("Content-Type"));
            CPPUNIT_ASSERT(answer.json());  // still one document
        }
    }

private:
    // Fails if the text is markup. Returns 1 if the page shows the text, 0 if it does not.
    static int check(const std::string& label, const Answer& answer) {
        CPPUNIT_ASSERT_MESSAGE(label, !answer.holds("<x-hostile"));
        CPPUNIT_ASSERT_MESSAGE(label, !answer.holds("</title></script>"));
        CPPUNIT_ASSERT_MESSAGE(label, !answer.holds("'\"&gt;&lt;x-hostile"));  // quotes that end an attribute
        CPPUNIT_ASSERT_MESSAGE(label, answer.status() < 500);
        return answer.holds("&lt;x-hostile") ? 1 : 0;
    }

    TestTenant tenant_;
    std::optional<Browser> owner_;
    std::string id_, fullKey_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(HostileTextTest);

}  // namespace claviger::tests

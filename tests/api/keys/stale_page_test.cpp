// A page of one person, in a browser in which another person has signed in since.
#include <cppunit/extensions/HelperMacros.h>

#include "tests/support/test_service.h"

namespace claviger::tests {

class StalePageTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(StalePageTest);
    CPPUNIT_TEST(makesNothingForSomebodyElse);
    CPPUNIT_TEST(regeneratesNothingOfSomebodyElse);
    CPPUNIT_TEST(showsNoListOfSomebodyElse);
    CPPUNIT_TEST(doesNotSignSomebodyElseOut);
    CPPUNIT_TEST(goesOnForThePersonWhoSignedInAgain);
    CPPUNIT_TEST(saysThatAFormOfAnEarlierSignInIsOutdated);
    CPPUNIT_TEST(takesARequestThatSaysNothingOfItsPage);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        tenant_.addUser(kOther);
        auto first = tenant_.signedIn();
        const auto page = first.get("/settings/api-keys");
        csrf_ = page.field("csrf");
        pageOf_ = page.field("pageOf");
        CPPUNIT_ASSERT_EQUAL(std::size_t{36}, pageOf_.size());
        browser_ = std::make_unique<Browser>(tenant_.signedIn(kOther));  // the same cookies, now another person's
    }

    void makesNothingForSomebodyElse() {
        assertAnother(browser_->postJson("/api/api-keys", R"({"name":"a"})", mark()));
        assertAnother(browser_->postForm("/settings/api-keys", form({{"once", "o"}, {"name", "a"}})));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("api_keys"));
    }

    void regeneratesNothingOfSomebodyElse() {
        const auto key = makeKey(*browser_, "theirs");
        assertAnother(browser_->postJson("/api/api-keys/" + key.id, "{}", mark()));
        assertAnother(browser_->postForm("/settings/api-keys/" + key.id + "/regenerate", form({{"once", "o"}})));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("api_keys"));
        CPPUNIT_ASSERT_EQUAL(204, browser_->get("/v1/verify", {{"X-Api-Key", key.fullKey}}).status());
    }

    void showsNoListOfSomebodyElse() {
        makeKey(*browser_, "a name of theirs");
        for (const auto* path : {"/settings/api-keys", "/api/api-keys"}) {
            const auto answer = browser_->get(path, mark());
            assertAnother(answer);
            CPPUNIT_ASSERT(!answer.holds("a name of theirs"));
        }
    }

    void doesNotSignSomebodyElseOut() {
        assertAnother(browser_->postForm("/logout", form({})));
        CPPUNIT_ASSERT_EQUAL(200, browser_->get("/settings/api-keys").status());
    }

    void goesOnForThePersonWhoSignedInAgain() {
        auto again = tenant_.signedIn();
        CPPUNIT_ASSERT_EQUAL(201, again.postJson("/api/api-keys", R"({"name":"a"})", mark()).status());
        CPPUNIT_ASSERT_EQUAL(200, again.get("/settings/api-keys", mark()).status());
    }

    void saysThatAFormOfAnEarlierSignInIsOutdated() {
        auto again = tenant_.signedIn();
        const auto answer = again.postForm("/settings/api-keys", form({{"once", "o"}, {"name", "a"}}));
        CPPUNIT_ASSERT_EQUAL(403, answer.status());
        CPPUNIT_ASSERT(answer.holds("This page is from an earlier sign-in: open it again"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("api_keys"));
    }

    void takesARequestThatSaysNothingOfItsPage() {
        CPPUNIT_ASSERT_EQUAL(201, browser_->postJson("/api/api-keys", R"({"name":"a"})").status());
    }

private:
    static constexpr auto kOther = "other@example.com";

    Browser::Headers mark() const { return {{"X-Claviger-Page-Of", pageOf_}}; }

    fcgi::Fields form(fcgi::Fields fields) const {
        fields.emplace("csrf", csrf_);
        fields.emplace("pageOf", pageOf_);
        return fields;
    }

    static void assertAnother(const Answer& answer) {
        CPPUNIT_ASSERT_EQUAL(409, answer.status());
        CPPUNIT_ASSERT(answer.holds("You are signed in as somebody else now"));
    }

    TestTenant tenant_;
    std::string csrf_, pageOf_;
    std::unique_ptr<Browser> browser_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(StalePageTest);

}  // namespace claviger::tests

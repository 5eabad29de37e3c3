// GET and POST /login, POST /logout, from request to answer.
#include <cppunit/extensions/HelperMacros.h>

#include "tests/support/test_service.h"

namespace claviger::tests {

class SignInTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SignInTest);
    CPPUNIT_TEST(signsInAnApprovedUserAndLeadsBack);
    CPPUNIT_TEST(takesTheEMailInAnyCase);
    CPPUNIT_TEST(givesCookiesThatScriptsAndOtherSitesCannotReach);
    CPPUNIT_TEST(givesSecureHostCookiesUnderHttps);
    CPPUNIT_TEST(refusesEveryCauseWithTheSamePage);
    CPPUNIT_TEST(leadsOnlyToPathsOnThisHost);
    CPPUNIT_TEST(refusesAFormThatIsNotFromThisVisit);
    CPPUNIT_TEST(makesANewSessionAtEachLoginAndEndsTheOldOne);
    CPPUNIT_TEST(endsTheSessionOnTheServerAtLogout);
    CPPUNIT_TEST(refusesASessionOfAnotherTenant);
    CPPUNIT_TEST(endsASuspendedUsersSessionAtTheNextRequest);
    CPPUNIT_TEST(throttlesAnAccountAfterTenFailuresAndNotItsOwnersBrowser);
    CPPUNIT_TEST(throttlesUnknownAccountsAlike);
    CPPUNIT_TEST(limitsTheSuccessesOfAnAccount);
    CPPUNIT_TEST(namesTheWaitInWords);
    CPPUNIT_TEST(letsInOnceTheNamedWaitIsOver);
    CPPUNIT_TEST(writesAuditRowsForEachOutcome);
    CPPUNIT_TEST(storesNoTokenAndNoPassword);
    CPPUNIT_TEST_SUITE_END();

public:
    void signsInAnApprovedUserAndLeadsBack() {
        auto browser = tenant_.browser();
        const auto answer = browser.signIn(TestTenant::kOwner, TestTenant::kPassword, "/settings/api-keys/new");
        CPPUNIT_ASSERT_EQUAL(303, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("/settings/api-keys/new"), answer.header("Location"));
        CPPUNIT_ASSERT_EQUAL(200, browser.get("/settings/api-keys").status());
        CPPUNIT_ASSERT_EQUAL(302, browser.get("/login").status());  // signed in already: sent on
    }

    void takesTheEMailInAnyCase() {
        auto browser = tenant_.browser();
        CPPUNIT_ASSERT_EQUAL(303, browser.signIn(" Owner@EXAMPLE.com ", TestTenant::kPassword).status());
    }

    void givesCookiesThatScriptsAndOtherSitesCannotReach() {
        auto browser = tenant_.browser();
        const auto answer = browser.signIn(TestTenant::kOwner, TestTenant::kPassword);
        int given = 0;
        for (const auto& [name, value] : answer.response().headers()) {
            if (name != "Set-Cookie") continue;
            ++given;
            CPPUNIT_ASSERT_MESSAGE(value, value.find("HttpOnly") != std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(value, value.find("SameSite=Lax") != std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(value, value.find("; Path=/;") != std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(value, value.find("omain") == std::string::npos);
        }
        CPPUNIT_ASSERT_EQUAL(3, given);  // session, device, and the end of the visit
    }

    void givesSecureHostCookiesUnderHttps() {
        auto browser = tenant_.browser("https");
        CPPUNIT_ASSERT_EQUAL(303, browser.signIn(TestTenant::kOwner, TestTenant::kPassword).status());
        CPPUNIT_ASSERT(browser.cookies().contains("__Host-claviger_session"));
        CPPUNIT_ASSERT(!browser.cookies().contains("claviger_session"));
        CPPUNIT_ASSERT_EQUAL(200, browser.get("/api/api-keys").status());
    }

    void refusesEveryCauseWithTheSamePage() {
        tenant_.addUser("pending@example.com", domain::UserStatus::kPending);
        tenant_.addUser("suspended@example.com", domain::UserStatus::kSuspended);
        const auto expected = refusedPage("nobody@example.com", TestTenant::kPassword);
        CPPUNIT_ASSERT_EQUAL(expected, refusedPage(TestTenant::kOwner, "a wrong password"));
        CPPUNIT_ASSERT_EQUAL(expected, refusedPage("pending@example.com", TestTenant::kPassword));
        CPPUNIT_ASSERT_EQUAL(expected, refusedPage("suspended@example.com", TestTenant::kPassword));
        CPPUNIT_ASSERT_EQUAL(expected, refusedPage("not an address", TestTenant::kPassword));
        CPPUNIT_ASSERT_EQUAL(expected, refusedPage(TestTenant::kOwner, ""));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("sessions"));
    }

    void leadsOnlyToPathsOnThisHost() {
        for (const auto* evil : {"//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example",
                                 "javascript:alert(1)", "/\t/evil.example", "", "settings", "/a\r\nSet-Cookie: x=y"}) {
            auto browser = tenant_.browser();
            const auto answer = browser.signIn(TestTenant::kOwner, TestTenant::kPassword, evil);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(evil, 303, answer.status());
            CPPUNIT_ASSERT_EQUAL_MESSAGE(evil, std::string("/settings/api-keys"), answer.header("Location"));
        }
    }

    void refusesAFormThatIsNotFromThisVisit() {
        auto browser = tenant_.browser();
        const fcgi::Fields right = {{"email", TestTenant::kOwner},
                                    {"password", TestTenant::kPassword},
                                    {"csrf", browser.get("/login").field("csrf")}};
        auto other = tenant_.browser();
        other.get("/login");
        CPPUNIT_ASSERT_EQUAL(403, other.postForm("/login", right).status());
        auto bare = tenant_.browser();
        CPPUNIT_ASSERT_EQUAL(403, bare.postForm("/login", right).status());
        CPPUNIT_ASSERT_EQUAL(403, browser.postForm("/login", right, {{"Origin", "http://evil.example"}}).status());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("sessions"));
        CPPUNIT_ASSERT_EQUAL(303, browser.postForm("/login", right).status());
    }

    void makesANewSessionAtEachLoginAndEndsTheOldOne() {
        auto browser = tenant_.signedIn();
        const auto old = browser.cookies()["claviger_session"];
        const auto planted = browser;  // the same cookie elsewhere
        auto login = tenant_.browser();
        const auto csrf = login.get("/login").field("csrf");
        login.cookies()["claviger_session"] = old;
        CPPUNIT_ASSERT_EQUAL(
            303, login
                     .postForm("/login",
                               {{"csrf", csrf}, {"email", TestTenant::kOwner}, {"password", TestTenant::kPassword}})
                     .status());
        CPPUNIT_ASSERT(login.cookies()["claviger_session"] != old);
        CPPUNIT_ASSERT_EQUAL(401, Browser(planted).get("/api/api-keys").status());
        CPPUNIT_ASSERT_EQUAL(200, login.get("/api/api-keys").status());
    }

    void endsTheSessionOnTheServerAtLogout() {
        auto browser = tenant_.signedIn();
        auto stolen = browser;
        const auto answer = browser.postForm("/logout", {{"csrf", browser.csrf()}});
        CPPUNIT_ASSERT_EQUAL(303, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("/login"), answer.header("Location"));
        CPPUNIT_ASSERT(!browser.cookies().contains("claviger_session"));
        CPPUNIT_ASSERT_EQUAL(401, stolen.get("/api/api-keys").status());
        CPPUNIT_ASSERT_EQUAL(303, stolen.postForm("/logout", {}).status());
    }

    void refusesASessionOfAnotherTenant() {
        TestTenant other;
        auto browser = tenant_.signedIn();
        auto elsewhere = other.browser();
        elsewhere.cookies() = browser.cookies();
        CPPUNIT_ASSERT_EQUAL(401, elsewhere.get("/api/api-keys").status());
    }

    void endsASuspendedUsersSessionAtTheNextRequest() {
        auto browser = tenant_.signedIn();
        tenant_.execute("UPDATE {schema}.users SET status = 'suspended'");
        CPPUNIT_ASSERT_EQUAL(401, browser.get("/api/api-keys").status());
    }

    void throttlesAnAccountAfterTenFailuresAndNotItsOwnersBrowser() {
        auto known = tenant_.signedIn();
        auto attacker = tenant_.browser();
        for (int i = 0; i < 10; ++i)
            CPPUNIT_ASSERT_EQUAL(401, attacker.signIn(TestTenant::kOwner, "a wrong password").status());
        const auto throttled = attacker.signIn(TestTenant::kOwner, TestTenant::kPassword);
        CPPUNIT_ASSERT_EQUAL(429, throttled.status());
        const auto wait = std::stoi(throttled.header("Retry-After"));
        CPPUNIT_ASSERT(wait > 14 * 60 && wait <= 15 * 60);
        CPPUNIT_ASSERT_EQUAL(303, known.postForm("/logout", {{"csrf", known.csrf()}}).status());
        CPPUNIT_ASSERT_EQUAL(303, known.signIn(TestTenant::kOwner, TestTenant::kPassword).status());
    }

    void throttlesUnknownAccountsAlike() {
        auto attacker = tenant_.browser();
        for (int i = 0; i < 10; ++i)
            CPPUNIT_ASSERT_EQUAL(401, attacker.signIn("nobody@example.com", "a wrong password").status());
        CPPUNIT_ASSERT_EQUAL(429, attacker.signIn("nobody@example.com", "a wrong password").status());
        CPPUNIT_ASSERT_EQUAL(303, attacker.signIn(TestTenant::kOwner, TestTenant::kPassword).status());
    }

    void limitsTheSuccessesOfAnAccount() {
        tenant_.addUser("other@example.com");
        for (int i = 0; i < 30; ++i)
            CPPUNIT_ASSERT_EQUAL(303, tenant_.browser().signIn(TestTenant::kOwner, TestTenant::kPassword).status());
        const auto refused = tenant_.browser().signIn(TestTenant::kOwner, TestTenant::kPassword);
        CPPUNIT_ASSERT_EQUAL(429, refused.status());
        const auto wait = std::stoi(refused.header("Retry-After"));
        CPPUNIT_ASSERT(wait > 13 * 60 && wait <= 15 * 60);
        CPPUNIT_ASSERT(refused.holds("This account has signed in too often. Try again in 1"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{30}, tenant_.count("audit_events WHERE action = 'signed_in'"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("audit_events WHERE action = 'sign_in_refused'"));
        CPPUNIT_ASSERT_EQUAL(303, tenant_.browser().signIn("other@example.com", TestTenant::kPassword).status());
    }

    void namesTheWaitInWords() {
        auto attacker = tenant_.browser();
        for (int i = 0; i < 10; ++i) attacker.signIn(TestTenant::kOwner, "a wrong password");
        // The oldest of the ten attempts decides. A test may take some seconds.
        for (const auto& [older, words] : {std::pair("0", "Too many attempts. Try again in 15 minutes."),
                                           {"70", "Too many attempts. Try again in 14 minutes."},
                                           {"730", "Try again in 2 minutes."},
                                           {"55", " seconds."}}) {
            tenant_.execute("UPDATE {schema}.login_attempts SET failed_at = failed_at - INTERVAL " +
                            std::string(older) + " SECOND");
            const auto answer = attacker.signIn(TestTenant::kOwner, TestTenant::kPassword);
            CPPUNIT_ASSERT_EQUAL(429, answer.status());
            CPPUNIT_ASSERT_MESSAGE(answer.body(), answer.holds(words));
        }
    }

    void letsInOnceTheNamedWaitIsOver() {
        auto attacker = tenant_.browser();
        for (int i = 0; i < 10; ++i) attacker.signIn(TestTenant::kOwner, "a wrong password");
        const auto wait = attacker.signIn(TestTenant::kOwner, TestTenant::kPassword).header("Retry-After");
        tenant_.execute("UPDATE {schema}.login_attempts SET failed_at = failed_at - INTERVAL " + wait + " SECOND");
        CPPUNIT_ASSERT_EQUAL(303, attacker.signIn(TestTenant::kOwner, TestTenant::kPassword).status());
    }

    void writesAuditRowsForEachOutcome() {
        auto browser = tenant_.browser();
        browser.signIn(TestTenant::kOwner, "a wrong password");
        browser.signIn("nobody@example.com", "a wrong password");
        CPPUNIT_ASSERT_EQUAL(std::int64_t{2}, tenant_.count("audit_events WHERE action = 'sign_in_refused'"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1},
                             tenant_.count("audit_events WHERE action = 'sign_in_refused' AND user_id IS NOT NULL"));
        browser.signIn(TestTenant::kOwner, TestTenant::kPassword);
        browser.postForm("/logout", {{"csrf", browser.csrf()}});
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("audit_events WHERE action = 'signed_in'"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("audit_events WHERE action = 'signed_out'"));
    }

    void storesNoTokenAndNoPassword() {
        auto browser = tenant_.signedIn();
        const auto token = browser.cookies()["claviger_session"];
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0},
                             tenant_.count("sessions WHERE token_hash = FROM_BASE64(REPLACE(REPLACE('" + token +
                                           "=', '-', '+'), '_', '/'))"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("users WHERE password_hash LIKE '$argon2id$%'"));
    }

private:
    // The page of a refused attempt, without the parts that always differ: the typed e-mail and the visit's token.
    std::string refusedPage(const std::string& email, const std::string& password) {
        auto browser = tenant_.browser();
        const auto answer = browser.signIn(email, password);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(email, 401, answer.status());
        CPPUNIT_ASSERT(!browser.cookies().contains("claviger_session"));
        auto text = answer.body();
        for (const auto& own : {email, answer.field("csrf")})
            for (auto at = text.find(own); !own.empty() && at != std::string::npos; at = text.find(own))
                text.erase(at, own.size());
        return text;
    }

    TestTenant tenant_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(SignInTest);

}  // namespace claviger::tests

// Rules that hold for every route: hosts, paths, methods, request ids, bodies.
#include <cppunit/extensions/HelperMacros.h>

#include "fcgi/routes.h"
#include "tests/support/test_service.h"

namespace claviger::tests {

class DispatcherTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DispatcherTest);
    CPPUNIT_TEST(answersUnknownHostsWithA404ThatTellsNothing);
    CPPUNIT_TEST(showsAPageWithoutAWayToTheKeysAtAnUnknownHost);
    CPPUNIT_TEST(refusesAHostThatIsNotTheServers);
    CPPUNIT_TEST(findsATenantByAHostWithALastDot);
    CPPUNIT_TEST(refusesASignInOverHttpWhereItIsSetSo);
    CPPUNIT_TEST(sendsNobodyToATargetThatIsTooLong);
    CPPUNIT_TEST(answersUnknownPathsInTheFormOfTheirPlace);
    CPPUNIT_TEST(answersOtherMethodsWith405AndAllow);
    CPPUNIT_TEST(decodesEachSegmentOnceAfterSplitting);
    CPPUNIT_TEST(answersHeadWhereverGetIs);
    CPPUNIT_TEST(carriesARequestIdOnEveryAnswer);
    CPPUNIT_TEST(answers503ForATenantThatIsBehindTheCodeAlone);
    CPPUNIT_TEST(isAliveAndReady);
    CPPUNIT_TEST(refusesBodiesThatAreTooLargeOrCutShort);
    CPPUNIT_TEST(countsTwoCookiesOfOneNameAsNone);
    CPPUNIT_TEST_SUITE_END();

public:
    void answersUnknownHostsWithA404ThatTellsNothing() {
        for (const auto* host : {"nobody.invalid", "", "..", "a b", "127.0.0.1:x", "[::1]"}) {
            Browser stranger(application(), host);
            CPPUNIT_ASSERT_EQUAL(404, stranger.get("/login").status());
            const auto answer = stranger.get("/api/api-keys");
            CPPUNIT_ASSERT_EQUAL(404, answer.status());
            CPPUNIT_ASSERT_EQUAL(std::string("not_found"), answer.text("code"));
            CPPUNIT_ASSERT_EQUAL(404, stranger.send("DELETE", "/api/api-keys/x", "", {}).status());
        }
    }

    void showsAPageWithoutAWayToTheKeysAtAnUnknownHost() {
        Browser stranger(application(), "nobody.invalid");
        for (const auto* path : {"/settings/api-keys", "/login"}) {
            const auto answer = stranger.get(path);
            CPPUNIT_ASSERT_EQUAL(404, answer.status());
            CPPUNIT_ASSERT(answer.holds("<h1>No company has this address</h1>"));
            CPPUNIT_ASSERT(!answer.holds("href=\"/settings/api-keys\""));
        }
        CPPUNIT_ASSERT_EQUAL(std::string("Not found"), stranger.get("/api/api-keys").text("error"));
        CPPUNIT_ASSERT(tenant_.browser().get("/nothing").holds("href=\"/settings/api-keys\""));
    }

    void refusesAHostThatIsNotTheServers() {
        auto browser = tenant_.browser();
        browser.setParameter("CLAVIGER_SERVER", "other.invalid");
        const auto answer = browser.get("/api/api-keys");
        CPPUNIT_ASSERT_EQUAL(400, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("bad_request"), answer.text("code"));
        CPPUNIT_ASSERT_EQUAL(400, browser.get("/login").status());
        browser.setParameter("CLAVIGER_SERVER", tenant_.host());
        CPPUNIT_ASSERT_EQUAL(200, browser.get("/login").status());
    }

    void findsATenantByAHostWithALastDot() {
        for (const auto& authority : {tenant_.host() + ".", tenant_.host() + ".:8080"}) {
            Browser browser(application(), authority);
            browser.setParameter("CLAVIGER_SERVER", tenant_.host());
            CPPUNIT_ASSERT_EQUAL(303, browser.signIn(TestTenant::kOwner, TestTenant::kPassword).status());
        }
        CPPUNIT_ASSERT_EQUAL(404, Browser(application(), tenant_.host() + "..").get("/login").status());
    }

    void refusesASignInOverHttpWhereItIsSetSo() {
        const auto statusFrom = [&](const std::string& address, const std::string& scheme) {
            auto browser = tenant_.browser(scheme);
            browser.setParameter("CLAVIGER_HTTPS_ONLY", "on");
            browser.comeFrom(address);
            const auto shown = browser.get("/login").status();
            const auto sent =
                browser.postForm("/login", {{"email", TestTenant::kOwner}, {"password", TestTenant::kPassword}});
            CPPUNIT_ASSERT_EQUAL(shown == 200, sent.status() != 403 || !sent.holds("Sign in over https"));
            return shown;
        };
        CPPUNIT_ASSERT_EQUAL(403, statusFrom("192.0.2.1", "http"));
        CPPUNIT_ASSERT_EQUAL(403, statusFrom("2001:db8::1", "http"));
        CPPUNIT_ASSERT_EQUAL(200, statusFrom("192.0.2.1", "https"));
        CPPUNIT_ASSERT_EQUAL(200, statusFrom("127.0.0.1", "http"));
        CPPUNIT_ASSERT_EQUAL(200, statusFrom("::1", "http"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("sessions"));
    }

    void sendsNobodyToATargetThatIsTooLong() {
        auto browser = tenant_.browser();
        const auto path = [](std::size_t bytes) { return "/settings/api-keys?q=" + std::string(bytes - 21, 'x'); };
        CPPUNIT_ASSERT_EQUAL(std::string("/login?callbackUrl=%2F"), browser.get(path(2001)).header("Location"));
        CPPUNIT_ASSERT(browser.get(path(2000)).header("Location").size() > 2000);
        const auto signedIn = [&](std::size_t bytes) {
            return tenant_.browser().signIn(TestTenant::kOwner, TestTenant::kPassword, path(bytes)).header("Location");
        };
        CPPUNIT_ASSERT_EQUAL(path(2000), signedIn(2000));
        CPPUNIT_ASSERT_EQUAL(std::string("/settings/api-keys"), signedIn(2001));
    }

    void answersUnknownPathsInTheFormOfTheirPlace() {
        auto browser = tenant_.browser();
        for (const auto* path : {"/api/nothing", "/v1/", "/v1/verify/", "/api/api-keys/x/y", "/api//api-keys"}) {
            const auto answer = browser.get(path);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 404, answer.status());
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, std::string("application/problem+json"), answer.header("Content-Type"));
        }
        for (const auto* path : {"/nothing", "/settings/", "//", "/%", "/login/..", ""}) {
            const auto answer = browser.get(path);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 404, answer.status());
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, std::string("text/html; charset=utf-8"), answer.header("Content-Type"));
        }
    }

    void answersOtherMethodsWith405AndAllow() {
        auto browser = tenant_.browser();
        const std::pair<const char*, const char*> cases[] = {{"/api/api-keys", "GET, HEAD, POST"},
                                                             {"/api/api-keys/x", "POST"},
                                                             {"/v1/verify", "GET, HEAD"},
                                                             {"/logout", "POST"},
                                                             {"/login", "GET, HEAD, POST"}};
        for (const auto& [path, allow] : cases) {
            for (const auto* method : {"DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "get"}) {
                const auto answer = browser.send(method, path, "", {});
                CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 405, answer.status());
                CPPUNIT_ASSERT_EQUAL(std::string(allow), answer.header("Allow"));
            }
        }
    }

    void decodesEachSegmentOnceAfterSplitting() {
        auto browser = tenant_.browser();
        CPPUNIT_ASSERT_EQUAL(401, browser.get("/api/%61pi-keys").status());
        CPPUNIT_ASSERT_EQUAL(404, browser.get("/api%2Fapi-keys").status());
        CPPUNIT_ASSERT_EQUAL(404, browser.get("/api/%2561pi-keys").status());
    }

    void answersHeadWhereverGetIs() {
        auto browser = tenant_.browser();
        for (const auto& route : fcgi::routes()) {
            if (route.method != "GET") continue;
            const std::string path(route.path);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, browser.get(path).status(), browser.send("HEAD", path, "", {}).status());
        }
    }

    void carriesARequestIdOnEveryAnswer() {
        auto browser = tenant_.browser();
        for (const auto* path : {"/", "/login", "/nothing", "/healthz", "/api/api-keys", "/v1/verify"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, std::size_t{32}, browser.get(path).header("X-Request-Id").size());
    }

    void answers503ForATenantThatIsBehindTheCodeAlone() {
        TestTenant other;
        tenant_.execute("UPDATE claviger.tenants SET schema_version = schema_version - 1 WHERE slug = '" +
                        tenant_.tenant().slug.text() + "'");
        auto browser = tenant_.browser();
        const auto answer = browser.get("/api/api-keys");
        CPPUNIT_ASSERT_EQUAL(503, answer.status());
        CPPUNIT_ASSERT_EQUAL(std::string("tenant_migrating"), answer.text("code"));
        CPPUNIT_ASSERT_EQUAL(503, browser.get("/login").status());
        CPPUNIT_ASSERT_EQUAL(200, other.browser().get("/login").status());
    }

    void isAliveAndReady() {
        Browser probe(application(), "anything");
        CPPUNIT_ASSERT_EQUAL(200, probe.get("/healthz").status());
        CPPUNIT_ASSERT_EQUAL(200, probe.get("/readyz").status());
    }

    void refusesBodiesThatAreTooLargeOrCutShort() {
        auto owner = tenant_.signedIn();
        const auto cookie = "claviger_session=" + owner.cookies()["claviger_session"];
        const auto authority = tenant_.authority();
        fcgi::CgiParameters parameters = {{"REQUEST_METHOD", "POST"},           {"REQUEST_SCHEME", "http"},
                                          {"CLAVIGER_TARGET", "/api/api-keys"}, {"CLAVIGER_HOST", authority},
                                          {"CONTENT_TYPE", "application/json"}, {"HTTP_COOKIE", cookie}};
        const Answer large(application()(fcgi::parseCgi(parameters, "", fcgi::BodyState::kTooLarge)));
        CPPUNIT_ASSERT_EQUAL(413, large.status());
        CPPUNIT_ASSERT_EQUAL(std::string("body_too_large"), large.text("code"));
        const Answer cut(application()(fcgi::parseCgi(parameters, "", fcgi::BodyState::kCutShort)));
        CPPUNIT_ASSERT_EQUAL(400, cut.status());
        CPPUNIT_ASSERT_EQUAL(std::string("bad_request"), cut.text("code"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("api_keys"));
    }

    void countsTwoCookiesOfOneNameAsNone() {
        auto owner = tenant_.signedIn();
        const auto token = owner.cookies()["claviger_session"];
        auto browser = tenant_.browser();
        const auto ask = [&](const std::string& cookie) {
            return browser.get("/api/api-keys", {{"Cookie", cookie}}).status();
        };
        CPPUNIT_ASSERT_EQUAL(200, ask("claviger_session=" + token));
        CPPUNIT_ASSERT_EQUAL(401, ask("claviger_session=" + std::string(43, 'A') + "; claviger_session=" + token));
        CPPUNIT_ASSERT_EQUAL(401, ask("__Host-claviger_session=" + token));
    }

private:
    TestTenant tenant_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(DispatcherTest);

}  // namespace claviger::tests

// Attacks on sessions and forms: fixation, siblings, forged requests, replay, open redirects, and the traces of a
// sign-in.
#include <cppunit/extensions/HelperMacros.h>
#include <dlfcn.h>

#include <atomic>

#include "fcgi/http/path.h"
#include "fcgi/routes.h"
#include "tests/api/attacks/hashings.h"
#include "tests/support/test_service.h"

std::atomic<int> hashings{0};

namespace {

// Finds libsodium's own function of this name. The two functions below stand before it, count the call and pass it on.
template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" int crypto_pwhash(unsigned char* out, unsigned long long outLength, const char* password,
                             unsigned long long length, const unsigned char* salt, unsigned long long passes,
                             std::size_t memory, int algorithm) {
    static const auto passOn = real<int(unsigned char*, unsigned long long, const char*, unsigned long long,
                                        const unsigned char*, unsigned long long, std::size_t, int)>("crypto_pwhash");
    ++hashings;
    return passOn(out, outLength, password, length, salt, passes, memory, algorithm);
}

extern "C" int crypto_pwhash_str_alg(char* hash, const char* password, unsigned long long length,
                                     unsigned long long passes, std::size_t memory, int algorithm) {
    static const auto passOn = real<int(char*, const char*, unsigned long long, unsigned long long, std::size_t, int)>(
        "crypto_pwhash_str_alg");
    ++hashings;
    return passOn(hash, password, length, passes, memory, algorithm);
}

namespace claviger::tests {
namespace {

// False where a browser would leave the host. No text after the first slash may be read as an authority.
bool staysHere(const std::string& location) {
    return location.starts_with('/') && !location.starts_with("//") &&
           std::none_of(location.begin(), location.end(),
                        [](char c) { return c == '\\' || static_cast<unsigned char>(c) < 0x21 || c == 0x7f; });
}

const std::string kElsewhere[] = {
    "//evil.example",
    "///evil.example",
    "////evil.example/",
    "//evil.example/%2e%2e",
    "//evil.example@acme.test",
    "//acme.test@evil.example",
    "//[::1]/",
    "//127.1",
    "//evil%E3%80%82example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\n//evil.example",
    " //evil.example",
    "/ /evil.example",
    "/\v/evil.example",
    "/\f/evil.example",
    std::string("/\0/evil.example", 15),
    "/\x7f/evil.example",
    "http://evil.example",
    "https://evil.example",
    "HTTPS:evil.example",
    "https:/evil.example",
    "https:\\\\evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://evil.example",
    "blob:x",
    "mailto:a@evil.example",
    "evil.example",
    "www.evil.example/x",
    "@evil.example",
    ":80",
    "?//evil.example",
    "#x",
    "..//evil.example",
    ".//evil.example",
    "./x",
    "%2f%2fevil.example",
    "%5cevil.example",
    "%09//evil.example",
    "\xE2\x81\x84/evil.example",
    "\xEF\xBC\x8F\xEF\xBC\x8F"
    "evil.example",
    "\xE3\x80\x82//evil.example",
    "\xEF\xBB\xBF//evil.example",
    "\xC2\xA0//evil.example",
    "/a\r\nSet-Cookie: claviger_session=x",
    "/a\nLocation: //evil.example",
    "",
};

// Paths of this host that look as if they led to another one.
const std::string kHere[] = {"/%2f%2fevil.example",   "/%5cevil.example",    "/%09/evil.example", "/x//evil.example",
                             "/x?y=//evil.example",   "/x#//evil.example",   "/.//evil.example",  "/@evil.example",
                             "/https://evil.example", "/javascript:alert(1)"};

}  // namespace

class SessionAttacksTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SessionAttacksTest);
    CPPUNIT_TEST(takesNoSessionThatItHasNotGiven);
    CPPUNIT_TEST(takesNothingThatASiblingTenantGave);
    CPPUNIT_TEST(refusesEveryChangeFromElsewhereAndChangesNothing);
    CPPUNIT_TEST(refusesEveryFormWithoutItsTokenAndChangesNothing);
    CPPUNIT_TEST(refusesWhatAForeignPageCouldSendAsJson);
    CPPUNIT_TEST(changesNothingByAGet);
    CPPUNIT_TEST(refusesEverythingOfASessionThatHasEnded);
    CPPUNIT_TEST(leadsNowhereElseAfterASignIn);
    CPPUNIT_TEST(leadsNowhereElseWhereOneIsSignedIn);
    CPPUNIT_TEST(leadsToStrangePathsOnThisHost);
    CPPUNIT_TEST(hashesExactlyOncePerAttemptWhateverIsWrong);
    CPPUNIT_TEST(hashesNothingForAnAttemptThatIsThrottled);
    CPPUNIT_TEST(locksNobodyOutOnAKnownDevice);
    CPPUNIT_TEST(takesOnlyTheOwnersDeviceForKnown);
    CPPUNIT_TEST_SUITE_END();

public:
    void takesNoSessionThatItHasNotGiven() {
        const std::string planted(43, 'A');
        auto victim = tenant_.browser();
        victim.cookies()["claviger_session"] = planted;
        CPPUNIT_ASSERT_EQUAL(303, victim.signIn(TestTenant::kOwner, TestTenant::kPassword).status());
        CPPUNIT_ASSERT(victim.cookies()["claviger_session"] != planted);
        auto attacker = tenant_.browser();
        attacker.cookies()["claviger_session"] = planted;
        CPPUNIT_ASSERT_EQUAL(401, attacker.get("/api/api-keys").status());
        // A session of the attacker's own is planted. It ends, and does not become the victim's.
        tenant_.addUser("attacker@example.com");
        auto own = tenant_.signedIn("attacker@example.com");
        auto second = tenant_.browser();
        second.cookies() = own.cookies();
        auto visitor = tenant_.browser();
        const auto csrf = visitor.get("/login").field("csrf");
        visitor.cookies()["claviger_session"] = own.cookies()["claviger_session"];
        CPPUNIT_ASSERT_EQUAL(
            303, visitor
                     .postForm("/login",
                               {{"csrf", csrf}, {"email", TestTenant::kOwner}, {"password", TestTenant::kPassword}})
                     .status());
        CPPUNIT_ASSERT_EQUAL(401, second.get("/api/api-keys").status());
    }

    void takesNothingThatASiblingTenantGave() {
        TestTenant sibling;
        auto there = sibling.signedIn();
        const auto theirToken = there.csrf();
        auto here = tenant_.browser();
        here.cookies() = there.cookies();
        CPPUNIT_ASSERT_EQUAL(401, here.get("/api/api-keys").status());
        CPPUNIT_ASSERT_EQUAL(302, here.get("/settings/api-keys").status());
        CPPUNIT_ASSERT_EQUAL(303, here.postForm("/settings/api-keys", form(theirToken)).status());
        auto owner = tenant_.signedIn();
        CPPUNIT_ASSERT_EQUAL(403, owner.postForm("/settings/api-keys", form(theirToken)).status());
        // The visit cookie and the form of a sibling's login page are planted.
        auto visitor = sibling.browser();
        const auto csrf = visitor.get("/login").field("csrf");
        auto planted = tenant_.browser();
        planted.cookies() = visitor.cookies();
        CPPUNIT_ASSERT_EQUAL(
            403, planted
                     .postForm("/login",
                               {{"csrf", csrf}, {"email", TestTenant::kOwner}, {"password", TestTenant::kPassword}})
                     .status());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("api_keys"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("sessions"));
    }

    void refusesEveryChangeFromElsewhereAndChangesNothing() {
        TestTenant sibling;
        const auto own = "http://" + tenant_.authority();
        const std::vector<Browser::Headers> claims = {{{"Origin", "http://" + sibling.authority()}},
                                                      {{"Origin", "null"}},
                                                      {{"Origin", ""}},
                                                      {{"Origin", "https://" + tenant_.authority()}},
                                                      {{"Origin", "http://" + tenant_.host()}},
                                                      {{"Origin", "http://" + tenant_.host() + ":8081"}},
                                                      {{"Origin", own + ".evil.example"}},
                                                      {{"Origin", own + "@evil.example"}},
                                                      {{"Origin", own + "/"}},
                                                      {{"Origin", own + " "}},
                                                      {{"Origin", "http://evil." + tenant_.authority()}},
                                                      {{"Origin", "x" + own}},
                                                      {{"Origin", tenant_.authority()}},
                                                      {{"Origin", own + ", http://evil.example"}},
                                                      {{"Origin", own}, {"Sec-Fetch-Site", "cross-site"}},
                                                      {{"Origin", own}, {"Sec-Fetch-Site", "same-site"}},
                                                      {{"Origin", own}, {"Sec-Fetch-Site", ""}},
                                                      {{"Origin", own}, {"Sec-Fetch-Site", "same-origin, cross-site"}}};
        auto owner = tenant_.signedIn();
        const auto id = makeKey(owner, "kept").id, csrf = owner.csrf(), before = state();
        forEachChange([&](const fcgi::Route& route) {
            for (const auto& headers : claims)
                CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(route.path) + " " + headers.begin()->second, 403,
                                             change(owner, route, id, csrf, headers).status());
        });
        CPPUNIT_ASSERT_EQUAL(before, state());
    }

    void refusesEveryFormWithoutItsTokenAndChangesNothing() {
        auto owner = tenant_.signedIn();
        auto again = tenant_.signedIn();
        const auto id = makeKey(owner, "kept").id, csrf = owner.csrf(), before = state();
        auto flipped = csrf;
        flipped.back() = flipped.back() == 'A' ? 'B' : 'A';
        int forms = 0;
        forEachChange([&](const fcgi::Route& route) {
            if (route.answers != fcgi::Answers::kPage) return;
            ++forms;
            for (const auto& token : {std::string(), flipped, csrf + "A", csrf.substr(1), again.csrf(),
                                      owner.cookies()["claviger_session"], std::string(csrf.size(), 'A')})
                CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(route.path), 403,
                                             change(owner, route, id, token, {}).status());
            for (const auto* type : {"text/plain", "multipart/form-data; boundary=x", "application/json", "",
                                     "application/x-www-form-urlencoded, text/plain"})
                CPPUNIT_ASSERT_EQUAL_MESSAGE(type, 400,
                                             change(owner, route, id, csrf, {{"Content-Type", type}}).status());
        });
        CPPUNIT_ASSERT_EQUAL(6, forms);
        CPPUNIT_ASSERT_EQUAL(before, state());
    }

    void refusesWhatAForeignPageCouldSendAsJson() {
        auto owner = tenant_.signedIn();
        const auto id = makeKey(owner, "kept").id, before = state();
        forEachChange([&](const fcgi::Route& route) {
            if (route.answers == fcgi::Answers::kPage) return;
            for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                                     "text/plain; application/json", "application/json, text/plain", "text/json"})
                CPPUNIT_ASSERT_EQUAL_MESSAGE(type, 415,
                                             change(owner, route, id, {}, {{"Content-Type", type}}).status());
        });
        CPPUNIT_ASSERT_EQUAL(before, state());
    }

    void changesNothingByAGet() {
        auto owner = tenant_.signedIn();
        const auto id = makeKey(owner, "kept").id, csrf = owner.csrf(), before = state();
        for (const auto& route : fcgi::routes()) {
            const auto query = "?csrf=" + csrf + "&once=o&name=made&email=a&password=b&_method=POST";
            for (const auto* method : {"GET", "HEAD", "OPTIONS"})
                owner.send(method, pathOf(route, id) + query, "", {{"X-HTTP-Method-Override", "POST"}});
        }
        CPPUNIT_ASSERT_EQUAL(before, state());
    }

    void refusesEverythingOfASessionThatHasEnded() {
        auto owner = tenant_.signedIn();
        const auto id = makeKey(owner, "kept").id, csrf = owner.csrf();
        auto stolen = owner;
        CPPUNIT_ASSERT_EQUAL(303, owner.postForm("/logout", {{"csrf", csrf}}).status());
        const auto before = state();
        for (const auto& route : fcgi::routes()) {
            if (!std::holds_alternative<fcgi::ForPerson>(route.handler)) continue;
            const auto answer =
                route.method == "GET" ? Browser(stolen).get(pathOf(route, id)) : change(stolen, route, id, csrf, {});
            const bool sentAway =
                (answer.status() == 302 || answer.status() == 303) && answer.header("Location").starts_with("/login");
            CPPUNIT_ASSERT_MESSAGE(std::string(route.path), answer.status() == 401 || sentAway);
        }
        CPPUNIT_ASSERT_EQUAL(before, state());
    }

    void leadsNowhereElseAfterASignIn() {
        auto browser = tenant_.browser();
        const auto page = browser.get("/login");
        const auto visit = browser.cookies();
        std::string email = TestTenant::kOwner;
        int signIns = 0;
        for (const auto& target : kElsewhere) {
            browser.cookies() = visit;
            if (++signIns % 30 == 0) {  // an account may sign in no more often
                email = "owner" + std::to_string(signIns) + "@example.com";
                tenant_.addUser(email);
            }
            const auto answer = browser.postForm("/login", {{"csrf", page.field("csrf")},
                                                            {"email", email},
                                                            {"password", TestTenant::kPassword},
                                                            {"callbackUrl", target}});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(target, 303, answer.status());
            CPPUNIT_ASSERT_EQUAL_MESSAGE(target, std::string("/settings/api-keys"), answer.header("Location"));
        }
        CPPUNIT_ASSERT(std::size(kElsewhere) >= 40);
    }

    void leadsNowhereElseWhereOneIsSignedIn() {
        auto owner = tenant_.signedIn();
        for (const auto& target : kElsewhere) {
            const auto query = "/login?callbackUrl=" + fcgi::encodeComponent(target);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(target, std::string("/settings/api-keys"),
                                         owner.get(query).header("Location"));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(target, std::string("/settings/api-keys"),
                                         tenant_.browser().get(query).field("callbackUrl"));
        }
        for (const auto* path : {"//evil.example", "//evil.example/settings/api-keys", "/%2f/evil.example"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, std::string(), tenant_.browser().get(path).header("Location"));
    }

    void leadsToStrangePathsOnThisHost() {
        auto owner = tenant_.signedIn();
        for (const auto& target : kHere) {
            const auto location = owner.get("/login?callbackUrl=" + fcgi::encodeComponent(target)).header("Location");
            CPPUNIT_ASSERT_EQUAL(target, location);
            CPPUNIT_ASSERT_MESSAGE(target, staysHere(location));
        }
    }

    void hashesExactlyOncePerAttemptWhateverIsWrong() {
        tenant_.addUser("pending@example.com", domain::UserStatus::kPending);
        tenant_.addUser("suspended@example.com", domain::UserStatus::kSuspended);
        const std::pair<std::string, std::string> attempts[] = {{TestTenant::kOwner, TestTenant::kPassword},
                                                                {TestTenant::kOwner, "wrong"},
                                                                {TestTenant::kOwner, ""},
                                                                {TestTenant::kOwner, std::string(2'000, 'x')},
                                                                {"nobody@example.com", TestTenant::kPassword},
                                                                {"nobody@example.com", ""},
                                                                {"not an address", "wrong"},
                                                                {"", ""},
                                                                {std::string(5'000, 'a') + "@b", "wrong"},
                                                                {"' OR 1=1 -- ", "' OR 1=1 -- "},
                                                                {"pending@example.com", TestTenant::kPassword},
                                                                {"suspended@example.com", TestTenant::kPassword},
                                                                {"suspended@example.com", "wrong"}};
        for (const auto& [email, password] : attempts) {
            auto browser = tenant_.browser();
            browser.get("/login");
            const int before = hashings;
            const auto status = browser.signIn(email, password).status();
            CPPUNIT_ASSERT_MESSAGE(email, status == 401 || status == 303);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(email.substr(0, 40) + " / " + password.substr(0, 20), before + 1,
                                         hashings.load());
        }
    }

    void hashesNothingForAnAttemptThatIsThrottled() {
        for (const auto* email : {TestTenant::kOwner, "nobody@example.com"}) {
            auto attacker = tenant_.browser();
            for (int i = 0; i < 10; ++i) attacker.signIn(email, "wrong");
            const int before = hashings;
            CPPUNIT_ASSERT_EQUAL(429, attacker.signIn(email, TestTenant::kPassword).status());
            CPPUNIT_ASSERT_EQUAL(before, hashings.load());
        }
    }

    // This holds even behind the attacker's address, and for any number of attempts.
    void locksNobodyOutOnAKnownDevice() {
        auto known = tenant_.signedIn();
        CPPUNIT_ASSERT_EQUAL(303, known.postForm("/logout", {{"csrf", known.csrf()}}).status());
        auto attacker = tenant_.browser();
        for (int i = 0; i < 12; ++i) attacker.signIn(TestTenant::kOwner, "wrong");
        int tries = 0;
        while (attacker.signIn("u" + std::to_string(tries) + "@example.com", "wrong").status() == 401 && tries < 150)
            ++tries;
        CPPUNIT_ASSERT_MESSAGE("the address is throttled", tries < 150);
        auto stranger = tenant_.browser();
        CPPUNIT_ASSERT_EQUAL(429, stranger.signIn(TestTenant::kOwner, TestTenant::kPassword).status());
        CPPUNIT_ASSERT_EQUAL(303, known.signIn(TestTenant::kOwner, TestTenant::kPassword).status());
    }

    void takesOnlyTheOwnersDeviceForKnown() {
        TestTenant sibling;
        tenant_.addUser("attacker@example.com");
        auto own = tenant_.signedIn("attacker@example.com");
        auto there = sibling.signedIn();
        for (int i = 0; i < 10; ++i) tenant_.browser().signIn(TestTenant::kOwner, "wrong");
        for (const auto& device : {own.cookies()["claviger_device"], there.cookies()["claviger_device"],
                                   std::string(43, 'A'), std::string()}) {
            auto attacker = tenant_.browser();
            attacker.cookies()["claviger_device"] = device;
            CPPUNIT_ASSERT_EQUAL(429, attacker.signIn(TestTenant::kOwner, "wrong").status());
        }
    }

private:
    template <class Each>
    static void forEachChange(const Each& each) {
        for (const auto& route : fcgi::routes())
            if (route.method != "GET") each(route);
    }

    static std::string pathOf(const fcgi::Route& route, const std::string& id) {
        std::string path(route.path);
        if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, id);
        return path;
    }

    static fcgi::Fields form(const std::string& csrf) {
        return {{"csrf", csrf},
                {"once", "once"},
                {"name", "forged"},
                {"email", TestTenant::kOwner},
                {"password", TestTenant::kPassword}};
    }

    // Sends a request to a route that changes something. All of it is right except the headers or the token.
    Answer change(Browser browser, const fcgi::Route& route, const std::string& id, const std::string& csrf,
                  const Browser::Headers& headers) const {
        const auto path = pathOf(route, id);
        if (route.answers != fcgi::Answers::kPage) return browser.postJson(path, R"({"name":"forged"})", headers);
        return browser.postForm(path, form(csrf), headers);
    }

    std::string state() const {
        std::string all;
        for (const auto& [table, count] : tenant_.rowCounts()) all += table + " " + std::to_string(count) + ", ";
        for (const auto* rows : {"sessions WHERE ended_at IS NULL", "api_keys WHERE live = 1"})
            all += std::to_string(tenant_.count(rows)) + " ";
        return all;
    }

    TestTenant tenant_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(SessionAttacksTest);

}  // namespace claviger::tests

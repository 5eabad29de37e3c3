// Who may call what: every route of the table, with every caller. A route without a row here fails.
#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <array>
#include <variant>
#include <vector>

#include "fcgi/routes.h"
#include "tests/support/test_service.h"

namespace claviger::tests {
namespace {

constexpr auto kOther = "other@example.com";
constexpr auto kSuspended = "suspended@example.com";

// The callers, in the order of a row's columns. Users send the session of their browser, API clients a key.
constexpr std::array kCallers = {"nobody",           "other user",         "other tenant's user",
                                 "suspended user",   "right user",         "right key",
                                 "other user's key", "other tenant's key", "suspended user's key"};

// The answer to each of them: the status, and with it the code of a refusal or the path of a redirect.
struct Row {
    std::string_view method, path;
    std::array<std::string_view, kCallers.size()> expected;
};

constexpr std::string_view kHome = "302 /settings/api-keys", kLogin = "302 /login", kLeave = "303 /login";
constexpr std::string_view kBack = "303 /settings/api-keys";
constexpr std::string_view k401 = "401 unauthorized", kNoKey = "401 key_required", kBadKey = "401 invalid_key";

// clang-format off
constexpr Row kRows[] = {
    // who:                                       nobody  other   tenant  suspended right   key     other's key foreign key suspended's
    {"GET",  "/",                                 {kHome,  kHome,  kHome,  kHome,  kHome,  kHome,  kHome,  kHome,  kHome}},
    {"GET",  "/settings",                         {kHome,  kHome,  kHome,  kHome,  kHome,  kHome,  kHome,  kHome,  kHome}},
    {"GET",  "/login",                            {"200",  kHome,  "200",  "200",  kHome,  "200",  "200",  "200",  "200"}},
    {"POST", "/login",                            {"401",  "401",  "401",  "401",  "401",  "401",  "401",  "401",  "401"}},
    {"POST", "/logout",                           {kLeave, kLeave, kLeave, kLeave, kLeave, kLeave, kLeave, kLeave, kLeave}},
    {"GET",  "/settings/api-keys",                {kLogin, "200",  kLogin, kLogin, "200",  kLogin, kLogin, kLogin, kLogin}},
    {"POST", "/settings/api-keys",                {kLeave, "200",  kLeave, kLeave, "200",  kLeave, kLeave, kLeave, kLeave}},
    {"GET",  "/settings/api-keys/new",            {kLogin, "200",  kLogin, kLogin, "200",  kLogin, kLogin, kLogin, kLogin}},
    {"GET",  "/settings/api-keys/{id}/regenerate",{kLogin, "404",  kLogin, kLogin, "200",  kLogin, kLogin, kLogin, kLogin}},
    {"POST", "/settings/api-keys/{id}/regenerate",{kLeave, "404",  kLeave, kLeave, "200",  kLeave, kLeave, kLeave, kLeave}},
    {"POST", "/settings/api-keys/{id}/disable",   {kLeave, "404",  kLeave, kLeave, kBack,  kLeave, kLeave, kLeave, kLeave}},
    {"POST", "/settings/api-keys/{id}/enable",    {kLeave, "404",  kLeave, kLeave, kBack,  kLeave, kLeave, kLeave, kLeave}},
    {"GET",  "/api/api-keys",                     {k401,   "200",  k401,   k401,   "200",  k401,   k401,   k401,   k401}},
    {"POST", "/api/api-keys",                     {k401,   "201",  k401,   k401,   "201",  k401,   k401,   k401,   k401}},
    {"POST", "/api/api-keys/{id}",                {k401,   "404 key_not_found", k401, k401, "200", k401,   k401,   k401,   k401}},
    {"POST", "/api/api-keys/{id}/disable",        {k401,   "404 key_not_found", k401, k401, "200", k401,   k401,   k401,   k401}},
    {"POST", "/api/api-keys/{id}/enable",         {k401,   "404 key_not_found", k401, k401, "200", k401,   k401,   k401,   k401}},
    {"GET",  "/v1/verify",                        {kNoKey, kNoKey, kNoKey, kNoKey, kNoKey, "204",  "204",  kBadKey,kBadKey}},
    {"GET",  "/v1/verify/guard",                  {"401",  "401",  "401",  "401",  "401",  "204",  "204",  "401",  "401"}},
    {"GET",  "/v1/me",                            {kNoKey, kNoKey, kNoKey, kNoKey, kNoKey, "200",  "200",  kBadKey,kBadKey}},
    {"GET",  "/healthz",                          {"200",  "200",  "200",  "200",  "200",  "200",  "200",  "200",  "200"}},
    {"GET",  "/readyz",                           {"200",  "200",  "200",  "200",  "200",  "200",  "200",  "200",  "200"}},
};
// clang-format on

const Row* rowOf(const fcgi::Route& route) {
    const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                   [&](const Row& r) { return r.method == route.method && r.path == route.path; });
    return row == std::end(kRows) ? nullptr : row;
}

std::string nameOf(const fcgi::Route& route) {
    return std::string(route.method) + " " + std::string(route.path);
}

// The status, and with it the path of a redirect and the code of a refusal.
std::string outcome(const Answer& answer) {
    auto text = std::to_string(answer.status());
    if (const auto location = answer.header("Location"); !location.empty())
        text += " " + location.substr(0, location.find('?'));
    if (answer.header("Content-Type") == "application/problem+json") text += " " + answer.text("code");
    return text;
}

}  // namespace

class AuthorizationTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AuthorizationTest);
    CPPUNIT_TEST(knowsEveryRouteAndNoOther);
    CPPUNIT_TEST(letsEachCallerDoWhatItsRowSaysAndNothingElse);
    CPPUNIT_TEST(letsNobodyIntoASuspendedTenant);
    CPPUNIT_TEST(doesForAPersonWhatItRefusesToTheOthers);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        tenant_.addUser(kOther);
        tenant_.addUser(kSuspended);
        auto owner = tenant_.signedIn(), other = tenant_.signedIn(kOther), suspended = tenant_.signedIn(kSuspended);
        auto foreign = foreignTenant_.signedIn();
        key_ = makeKey(owner, "the owner's");
        keys_ = {key_.fullKey, makeKey(other, "the other's").fullKey, makeKey(foreign, "foreign").fullKey,
                 makeKey(suspended, "suspended").fullKey};
        csrf_ = {owner.csrf(), other.csrf(), owner.csrf(), suspended.csrf(), owner.csrf()};
        auto foreignHere = tenant_.browser();
        foreignHere.cookies() = foreign.cookies();
        for (const auto& browser : {tenant_.browser(), other, foreignHere, suspended, owner})
            browsers_.push_back(browser);
        tenant_.execute("UPDATE {schema}.users SET status = 'suspended' WHERE email = '" + std::string(kSuspended) +
                        "'");
    }

    void knowsEveryRouteAndNoOther() {
        for (const auto& route : fcgi::routes())
            CPPUNIT_ASSERT_MESSAGE("no row says who may call " + nameOf(route), rowOf(route) != nullptr);
        CPPUNIT_ASSERT_EQUAL(fcgi::routes().size(), std::size(kRows));
    }

    void letsEachCallerDoWhatItsRowSaysAndNothingElse() {
        for (const auto& route : fcgi::routes()) {
            for (std::size_t who = 0; who < kCallers.size(); ++who) {
                const auto& expected = rowOf(route)->expected[who];
                if (isRightToChange(route, who)) continue;  // has a test of its own below
                const auto label = std::string(kCallers[who]) + ": " + nameOf(route);
                const auto before = state();
                const auto answer = call(route, who);
                CPPUNIT_ASSERT_EQUAL_MESSAGE(label, std::string(expected), outcome(answer));
                CPPUNIT_ASSERT_EQUAL_MESSAGE(label, before, state());
                if (who == kOwnerColumn || who == kOwnersKeyColumn) continue;
                CPPUNIT_ASSERT_MESSAGE(label, !answer.holds("the owner's") && !answer.holds("the owner&#39;s"));
                CPPUNIT_ASSERT_MESSAGE(label, !answer.holds(key_.fullKey.substr(0, 12)));
                CPPUNIT_ASSERT_MESSAGE(label, answer.header("X-Claviger-Key-Id") != key_.id);
            }
        }
    }

    void letsNobodyIntoASuspendedTenant() {
        tenant_.execute("UPDATE claviger.tenants SET status = 'suspended' WHERE slug = '" +
                        tenant_.tenant().slug.text() + "'");
        const auto before = state();
        for (const auto& route : fcgi::routes()) {
            if (std::holds_alternative<fcgi::ForAnyone>(route.handler)) continue;
            const bool byKey = std::holds_alternative<fcgi::ForApiClient>(route.handler);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(nameOf(route), 403,
                                         call(route, byKey ? kOwnersKeyColumn : kOwnerColumn).status());
        }
        CPPUNIT_ASSERT_EQUAL(before, state());
    }

    // A control for the refusals above: the same requests change something for a caller that may send them.
    void doesForAPersonWhatItRefusesToTheOthers() {
        int changes = 0;
        for (const auto& route : fcgi::routes()) {
            if (!isRightToChange(route, kOwnerColumn) || route.path == "/logout") continue;
            const auto before = state();
            CPPUNIT_ASSERT_EQUAL_MESSAGE(nameOf(route), std::string(rowOf(route)->expected[kOwnerColumn]),
                                         outcome(call(route, kOwnerColumn)));
            CPPUNIT_ASSERT_MESSAGE(nameOf(route) + " changed nothing", before != state());
            key_.id = liveKeyOfOwner();
            ++changes;
        }
        CPPUNIT_ASSERT_EQUAL(8, changes);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, tenant_.count("sessions WHERE ended_at IS NOT NULL"));
        auto stolen = browsers_[kOwnerColumn];
        auto& owner = browsers_[kOwnerColumn];
        CPPUNIT_ASSERT_EQUAL(303, owner.postForm("/logout", {{"csrf", csrf_[kOwnerColumn]}}).status());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, tenant_.count("sessions WHERE ended_at IS NOT NULL"));
        CPPUNIT_ASSERT_EQUAL(401, stolen.get("/api/api-keys").status());
    }

private:
    static constexpr std::size_t kOtherColumn = 1, kOwnerColumn = 4, kOwnersKeyColumn = 5;

    // Whether this caller may make the change of this route. /logout redirects every caller alike, and ends the
    // caller's session if there is one.
    static bool isRightToChange(const fcgi::Route& route, std::size_t who) {
        if (route.path == "/logout") return who == kOtherColumn || who == kOwnerColumn;
        const auto& expected = rowOf(route)->expected[who];
        return route.method != "GET" && (expected.starts_with("20") || expected == kBack);
    }

    // Sends a request to the route that is right in everything except, perhaps, the caller.
    Answer call(const fcgi::Route& route, std::size_t who) {
        auto browser = who < browsers_.size() ? browsers_[who] : tenant_.browser();
        const Browser::Headers headers = who < browsers_.size()
                                             ? Browser::Headers{}
                                             : Browser::Headers{{"X-Api-Key", keys_[who - browsers_.size()]}};
        std::string path(route.path);
        if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, key_.id);
        const auto name = "made " + std::to_string(++made_);
        if (route.method == "GET") return browser.get(path, headers);
        if (route.answers == fcgi::Answers::kDocument) {
            auto ofJson = headers;
            ofJson.emplace("Content-Type", "application/json");
            return browser.send(std::string(route.method), path, R"({"name":")" + name + R"("})", ofJson);
        }
        // The form carries the token of a session: the caller's own, or the owner's where the caller has none.
        auto csrf = who < csrf_.size() && who > 0 ? csrf_[who] : csrf_[kOwnerColumn];
        if (path == "/login") csrf = visitToken(browser);
        return browser.postForm(path,
                                {{"csrf", csrf},
                                 {"once", "once-" + name},
                                 {"name", name},
                                 {"email", kSuspended},
                                 {"password", TestTenant::kPassword}},
                                headers);
    }

    static std::string visitToken(Browser& browser) {
        auto visitor = browser;
        visitor.cookies().clear();
        const auto page = visitor.get("/login");
        browser.cookies()["claviger_visit"] = visitor.cookies()["claviger_visit"];
        return page.field("csrf");
    }

    // The state that a request could change: row counts of both tenants, and id, hash, end and disabling of each key of
    // the first. It leaves out the counts of refused sign-ins. It leaves out the moments of a last use too, which are
    // written whenever they are due.
    std::string state() const {
        std::string all;
        for (const auto* tenant : {&tenant_, &foreignTenant_}) {
            auto counts = tenant->rowCounts();
            counts.erase("login_attempts");
            counts.erase("audit_events");
            for (const auto* rows : {"sessions WHERE ended_at IS NULL", "api_keys WHERE live = 1",
                                     "audit_events WHERE action <> 'sign_in_refused'"})
                counts[rows] = tenant->count(rows);
            for (const auto& [rows, count] : counts) all += rows + " " + std::to_string(count) + ", ";
        }
        return all + newestKeys();
    }

    std::string newestKeys() const {
        std::string ids;
        for (const auto& row : TestDatabase::instance().query(
                 tenant_.tenant(),
                 "SELECT HEX(id), HEX(key_hash), deleted_at, disabled_at FROM {schema}.api_keys ORDER BY id"))
            for (const auto& column : row) ids += column.value_or("-") + " ";
        return ids;
    }

    std::string liveKeyOfOwner() {
        const auto id = TestDatabase::instance().query(
            tenant_.tenant(), "SELECT LOWER(HEX(id)) FROM {schema}.api_keys WHERE live = 1 AND name = 'the owner\\'s'");
        auto text = id.at(0).at(0).value();
        for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, "-");
        return text;
    }

    TestTenant tenant_, foreignTenant_;
    MadeKey key_;
    std::vector<std::string> keys_, csrf_;
    std::vector<Browser> browsers_;
    int made_ = 0;
};
CPPUNIT_TEST_SUITE_REGISTRATION(AuthorizationTest);

}  // namespace claviger::tests

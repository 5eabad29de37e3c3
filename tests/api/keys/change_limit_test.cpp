// limits.changes: from request to answer, with a budget of three.
#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/support/test_service.h"

namespace claviger::tests {
namespace {

constexpr int kChanges = 3;
constexpr auto kText = "You have created, regenerated or enabled too many keys within an hour: try again later";

const fcgi::Application& limited() {
    static const fcgi::Composition composition = [] {
        application();
        auto settings = testSettings();
        settings.limits.changes = kChanges;
        return fcgi::Composition(settings);
    }();
    return composition.application();
}

}  // namespace

class ApiChangeLimitTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ApiChangeLimitTest);
    CPPUNIT_TEST(answers429OverTheBudgetAndChangesNothing);
    CPPUNIT_TEST(createsAndRegeneratesShareOneBudget);
    CPPUNIT_TEST(aRefusedChangeCostsNothing);
    CPPUNIT_TEST(theFormsSayItWhereTheyStandAndMakeNothing);
    CPPUNIT_TEST(usersDoNotShareBudgets);
    CPPUNIT_TEST(admitsExactlyTheBudgetOf20AtOnce);
    CPPUNIT_TEST(aRowOfTheFutureDoesNotLock);
    CPPUNIT_TEST(aUserWithoutARowHasTheWholeBudget);
    CPPUNIT_TEST_SUITE_END();

public:
    void answers429OverTheBudgetAndChangesNothing() {
        auto owner = signedIn();
        const auto key = useUp(owner);
        const auto before = everything();
        for (const auto& answer : {create(owner, "one more"), regenerate(owner, key.id)}) {
            CPPUNIT_ASSERT_EQUAL(429, answer.status());
            CPPUNIT_ASSERT_EQUAL(std::string("too_many_changes"), answer.text("code"));
            CPPUNIT_ASSERT_EQUAL(std::string(kText), answer.text("error"));
            const auto seconds = std::stoi(answer.header("Retry-After"));
            CPPUNIT_ASSERT(seconds >= 1 && seconds <= 3600 / kChanges);
        }
        CPPUNIT_ASSERT_EQUAL(before, everything());
        CPPUNIT_ASSERT_EQUAL(204, verify(key.fullKey));
        CPPUNIT_ASSERT_EQUAL(200, owner.get("/api/api-keys").status());
    }

    void createsAndRegeneratesShareOneBudget() {
        auto owner = signedIn();
        auto id = create(owner, "Zapier").text("id");
        for (int i = 1; i < kChanges; ++i) id = regenerate(owner, id).text("id");
        CPPUNIT_ASSERT_EQUAL(429, create(owner, "n8n").status());
        CPPUNIT_ASSERT_EQUAL(429, regenerate(owner, id).status());
    }

    void aRefusedChangeCostsNothing() {
        auto owner = signedIn();
        CPPUNIT_ASSERT_EQUAL(201, create(owner, "taken").status());
        for (int i = 0; i < 2 * kChanges; ++i) {
            CPPUNIT_ASSERT_EQUAL(400, create(owner, "taken").status());
            CPPUNIT_ASSERT_EQUAL(404, regenerate(owner, "01234567-89ab-7cde-8f01-23456789abcd").status());
        }
        for (int i = 1; i < kChanges; ++i)
            CPPUNIT_ASSERT_EQUAL(201, create(owner, "another " + std::to_string(i)).status());
        CPPUNIT_ASSERT_EQUAL(429, create(owner, "one more").status());
    }

    void theFormsSayItWhereTheyStandAndMakeNothing() {
        auto owner = signedIn();
        const auto key = useUp(owner);
        const auto csrf = owner.csrf();
        const auto before = everything();
        const auto confirmation = "/settings/api-keys/" + key.id + "/regenerate";
        for (const auto& [page, action] :
             {std::pair<std::string, std::string>("/settings/api-keys/new", "/settings/api-keys"),
              std::pair(confirmation, confirmation)}) {
            const auto once = owner.get(page).field("once");
            const auto answer = owner.postForm(action, {{"csrf", csrf}, {"once", once}, {"name", "one more"}});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(action, 429, answer.status());
            CPPUNIT_ASSERT_MESSAGE(action, answer.holds(kText));
            CPPUNIT_ASSERT_EQUAL(once, answer.field("once"));  // the form may be sent again later
            CPPUNIT_ASSERT(std::stoi(answer.header("Retry-After")) >= 1);
            CPPUNIT_ASSERT_EQUAL(std::string("no-store"), answer.header("Cache-Control"));
        }
        CPPUNIT_ASSERT_EQUAL(before, everything());
    }

    void usersDoNotShareBudgets() {
        tenant_.addUser("second@example.com");
        auto owner = signedIn(), second = signedIn("second@example.com");
        useUp(owner);
        CPPUNIT_ASSERT_EQUAL(201, create(second, "Zapier").status());
    }

    void admitsExactlyTheBudgetOf20AtOnce() {
        const auto owner = signedIn();
        for (const bool first : {true, false}) {  // without a row yet, and with one
            std::atomic<int> made{0}, refused{0};
            {
                std::vector<std::jthread> threads;
                for (int i = 0; i < 20; ++i)
                    threads.emplace_back([&, i, browser = owner]() mutable {
                        const auto status = create(browser, (first ? "a " : "b ") + std::to_string(i)).status();
                        ++(status == 201 ? made : refused);
                    });
            }
            CPPUNIT_ASSERT_EQUAL(kChanges, made.load());
            CPPUNIT_ASSERT_EQUAL(20 - kChanges, refused.load());
            tenant_.execute("UPDATE {schema}.key_changes SET whole_at = UTC_TIMESTAMP(6)");
        }
        admitsExactlyTheBudgetOfRegenerations(owner);
    }

    void aRowOfTheFutureDoesNotLock() {
        auto owner = signedIn();
        useUp(owner);
        tenant_.execute("UPDATE {schema}.key_changes SET whole_at = UTC_TIMESTAMP(6) + INTERVAL 1 YEAR");
        CPPUNIT_ASSERT_EQUAL(201, create(owner, "after the clock was put right").status());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0},
                             tenant_.count("key_changes WHERE whole_at > UTC_TIMESTAMP(6) + INTERVAL 1 HOUR"));
    }

    void aUserWithoutARowHasTheWholeBudget() {
        auto owner = signedIn();
        useUp(owner);
        tenant_.execute("DELETE FROM {schema}.key_changes");
        CPPUNIT_ASSERT_EQUAL(201, create(owner, "one more").status());
    }

private:
    Browser signedIn(const std::string& email = TestTenant::kOwner) const {
        Browser browser(limited(), tenant_.authority());
        CPPUNIT_ASSERT_EQUAL(303, browser.signIn(email, TestTenant::kPassword).status());
        return browser;
    }

    static Answer create(Browser& browser, const std::string& name) {
        return browser.postJson("/api/api-keys", R"({"name":")" + name + R"("})");
    }
    static Answer regenerate(Browser& browser, const std::string& id) {
        return browser.send("POST", "/api/api-keys/" + id, "", {});
    }

    // Uses up the budget, and returns the last of the keys that it makes.
    static MadeKey useUp(Browser& browser) {
        for (int i = 1; i < kChanges; ++i) makeKey(browser, "key " + std::to_string(i));
        return makeKey(browser, "key");
    }

    // Regenerates different keys of one user, so that only the user's budget can refuse.
    void admitsExactlyTheBudgetOfRegenerations(const Browser& owner) {
        const auto ids = TestDatabase::instance().query(
            tenant_.tenant(),
            "SELECT LOWER(INSERT(INSERT(INSERT(INSERT(HEX(id), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), "
            "24, 0, '-')) FROM {schema}.api_keys WHERE live = 1");
        CPPUNIT_ASSERT_EQUAL(std::size_t{2 * kChanges}, ids.size());
        std::atomic<int> made{0}, refused{0};
        {
            std::vector<std::jthread> threads;
            for (const auto& row : ids)
                threads.emplace_back([&, id = *row.at(0), browser = owner]() mutable {
                    const auto status = regenerate(browser, id).status();
                    ++(status == 200 ? made : refused);
                });
        }
        CPPUNIT_ASSERT_EQUAL(kChanges, made.load());
        CPPUNIT_ASSERT_EQUAL(kChanges, refused.load());
    }

    int verify(const std::string& fullKey) const {
        return tenant_.browser().get("/v1/verify", {{"X-Api-Key", fullKey}}).status();
    }

    // The state of all that a change writes.
    std::string everything() const {
        std::string all;
        for (const auto* rows : {"api_keys", "api_keys WHERE live = 1", "audit_events"})
            all += std::to_string(tenant_.count(rows)) + " ";
        const auto budget =
            TestDatabase::instance().query(tenant_.tenant(), "SELECT whole_at FROM {schema}.key_changes");
        return all + budget.at(0).at(0).value();
    }

    TestTenant tenant_;
};
CPPUNIT_TEST_SUITE_REGISTRATION(ApiChangeLimitTest);

}  // namespace claviger::tests

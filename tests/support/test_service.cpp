#include "tests/support/test_service.h"

#include <stdexcept>

#include "domain/secrets/hasher.h"
#include "domain/secrets/initialize.h"
#include "domain/secrets/password_hasher.h"
#include "domain/tenants/row_rules.h"
#include "domain/users/user_service.h"
#include "persistence/tenant/mysql_tenant_stores.h"

namespace claviger::tests {
namespace {

constexpr domain::secrets::PasswordCost kCheap{8, 1};

domain::UserService& users() {
    static const domain::SystemClock clock;
    static const domain::secrets::PasswordHasher hasher(kCheap);
    static persistence::MySqlTenantStores stores(TestDatabase::instance().tool(),
                                                 TestDatabase::instance().toolTransactions());
    static const auto tokens = domain::secrets::Hasher::load(testSettings().pepperFile, testSettings().pepperOtherFile);
    static const domain::Throttle throttle(stores, tokens, clock);
    static domain::UserService service(stores, hasher, throttle, clock,
                                       {"0123456789abcdef0123456789abcdef", "tool:tests"});
    return service;
}

}  // namespace

TestTenant::TestTenant() : tenant_(TestDatabase::instance().makeTenant()) {
    host_ = tenant_.slug.text() + ".test";
    addUser(kOwner);
}

void TestTenant::addUser(const std::string& email, domain::UserStatus status) {
    const auto created = users().create(tenant_, {domain::Email::parse(email).value(), email, status},
                                        domain::secrets::Password::choose(kPassword).value());
    if (!created.ok()) throw std::runtime_error("no test user: " + created.error().detail);
}

Browser TestTenant::browser(const std::string& scheme) const {
    return {application(), authority(), scheme};
}

Browser TestTenant::signedIn(const std::string& email) const {
    auto browser = this->browser();
    const auto answer = browser.signIn(email, kPassword);
    if (answer.status() != 303) throw std::runtime_error("the sign-in of " + email + " was refused");
    return browser;
}

std::int64_t TestTenant::count(const std::string& tableAndCondition) const {
    return TestDatabase::instance().count(tenant_, tableAndCondition);
}

std::map<std::string, std::int64_t> TestTenant::rowCounts() const {
    std::map<std::string, std::int64_t> counts;
    for (const auto table : domain::knownTables()) counts.emplace(table, count(std::string(table)));
    return counts;
}

void TestTenant::execute(const std::string& sql) const {
    TestDatabase::instance().execute(tenant_, sql);
}

const fcgi::Application& application() {
    static const fcgi::Composition composition = [] {
        domain::secrets::initialize();
        TestDatabase::instance();  // outlives the composition; its schemas exist before the first request
        return fcgi::Composition(testSettings());
    }();
    return composition.application();
}

MadeKey makeKey(Browser& browser, const std::string& name) {
    const auto answer = browser.postJson("/api/api-keys", R"({"name":")" + name + R"("})");
    if (answer.status() != 201) throw std::runtime_error("no test key: " + answer.body());
    return {answer.text("id"), answer.text("fullKey")};
}

}  // namespace claviger::tests

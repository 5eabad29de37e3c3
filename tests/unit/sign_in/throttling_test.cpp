#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

#include "domain/sign_in/sign_in_service.h"
#include "tests/support/refusals.h"
#include "tests/unit/world.h"

namespace claviger::tests {
namespace {

using domain::ErrorCode;
using domain::networkOf;
using domain::SignInAttempt;
using domain::secrets::DeviceToken;
using domain::secrets::Password;
using namespace std::chrono_literals;

constexpr auto kAnn = "ann@acme.example";
constexpr auto kBob = "bob@acme.example";

// What each test starts from.
struct Scene {
    World world;
    domain::Tenant acme = world.makeTenant("acme");
    domain::Tenant globex = world.makeTenant("globex");
    domain::User ann = world.makeUser(acme, kAnn);
    domain::User bob = world.makeUser(acme, kBob);
    domain::User annElsewhere = world.makeUser(globex, kAnn);
};

class ThrottlingTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ThrottlingTest);
    CPPUNIT_TEST(throttlesAnAccountAfterTenFailures);
    CPPUNIT_TEST(throttlesAnUnknownAccountLikeAKnownOne);
    CPPUNIT_TEST(countsEverySpellingOfAnEmailTogether);
    CPPUNIT_TEST(doesNotHashForAThrottledAttempt);
    CPPUNIT_TEST(neitherCountsNorRecordsAThrottledAttempt);
    CPPUNIT_TEST(saysWhenToComeAgain);
    CPPUNIT_TEST(letsInAgainWhenTheOldestFailureIsFifteenMinutesOld);
    CPPUNIT_TEST(neverCountsSuccesses);
    CPPUNIT_TEST(throttlesAnAddressAfterAHundredFailures);
    CPPUNIT_TEST(countsTheAddressesOfOneIpv6NetworkTogether);
    CPPUNIT_TEST(throttlesEachTenantByItself);
    CPPUNIT_TEST(letsAKnownBrowserInThoughStrangersUsedUpTheAccount);
    CPPUNIT_TEST(throttlesAKnownBrowserAfterTenFailuresOfItsOwn);
    CPPUNIT_TEST(doesNotTakeAnotherUsersBrowserForKnown);
    CPPUNIT_TEST(forgetsFailuresThatCountNoMore);
    CPPUNIT_TEST(namesTheNetworkOfAnAddress);
    CPPUNIT_TEST_SUITE_END();

    // Made in setUp: CppUnit constructs the fixtures of all tests before it runs the first.
    std::optional<Scene> scene_;

public:
    void setUp() override { scene_.emplace(); }
    void tearDown() override { scene_.reset(); }

private:
    static SignInAttempt attempt(const std::string& email, const std::string& password,
                                 const std::string& address = kAddress) {
        return {email, Password::attempt(password), std::nullopt, std::nullopt, origin(address)};
    }
    domain::Result<domain::SignedIn> right(const std::string& email, const std::string& address = kAddress) {
        return scene_->world.signIns.signIn(scene_->acme, attempt(email, kPassword, address));
    }
    void fail(const std::string& email, int times, const std::string& address = kAddress) {
        for (int i = 0; i < times; ++i) {
            const auto result = scene_->world.signIns.signIn(scene_->acme, attempt(email, "wrong", address));
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInRefused, result));
        }
    }
    bool throttled(const std::string& email, const std::string& address = kAddress) {
        return refusedWith(ErrorCode::kTooManyAttempts, right(email, address));
    }
    domain::Result<domain::SignedIn> withDevice(const std::string& device, const std::string& email,
                                                const std::string& password) {
        auto known = attempt(email, password);
        known.device = DeviceToken::parse(device);
        return scene_->world.signIns.signIn(scene_->acme, std::move(known));
    }

    void throttlesAnAccountAfterTenFailures() {
        fail(kAnn, 9);
        CPPUNIT_ASSERT(right(kAnn).ok());
        fail(kAnn, 1);
        CPPUNIT_ASSERT(throttled(kAnn));
        CPPUNIT_ASSERT(throttled(kAnn, "198.51.100.1"));  // from wherever
        CPPUNIT_ASSERT(right(kBob).ok());
    }

    void throttlesAnUnknownAccountLikeAKnownOne() {
        for (const auto* email : {"nobody@acme.example", "not an address"}) {
            fail(email, 10);
            CPPUNIT_ASSERT(throttled(email));
        }
    }

    void countsEverySpellingOfAnEmailTogether() {
        fail(kAnn, 4);
        fail("ANN@ACME.EXAMPLE", 3);
        fail(" Ann@acme.example\t", 3);
        CPPUNIT_ASSERT(throttled(kAnn));
    }

    void doesNotHashForAThrottledAttempt() {
        fail(kAnn, 10);
        const auto refused = scene_->world.signIns.begin(scene_->acme, attempt(kAnn, kPassword));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyAttempts, refused));
        CPPUNIT_ASSERT(refused.error().retryAfter > 1s);
    }

    void neitherCountsNorRecordsAThrottledAttempt() {
        fail(kAnn, 10);
        const auto before = scene_->world.stores.data(scene_->acme);
        for (int i = 0; i < 20; ++i) CPPUNIT_ASSERT(throttled(kAnn));
        const auto after = scene_->world.stores.data(scene_->acme);
        CPPUNIT_ASSERT_EQUAL(before.attempts.size(), after.attempts.size());
        CPPUNIT_ASSERT_EQUAL(before.audit.size(), after.audit.size());
    }

    void saysWhenToComeAgain() {
        fail(kAnn, 1);
        scene_->world.clock.advance(5min);
        fail(kAnn, 9);
        CPPUNIT_ASSERT(right(kAnn).error().retryAfter == 10min);
        scene_->world.clock.advance(9min + 59s + 1us);
        CPPUNIT_ASSERT(right(kAnn).error().retryAfter == 1s);  // rounded up, never 0
    }

    void letsInAgainWhenTheOldestFailureIsFifteenMinutesOld() {
        fail(kAnn, 1);
        scene_->world.clock.advance(5min);
        fail(kAnn, 9);
        scene_->world.clock.advance(right(kAnn).error().retryAfter);
        CPPUNIT_ASSERT(right(kAnn).ok());
        fail(kAnn, 1);  // nine of ten minutes ago and this one are ten
        CPPUNIT_ASSERT(throttled(kAnn));
    }

    void neverCountsSuccesses() {
        for (int i = 0; i < 30; ++i) CPPUNIT_ASSERT(right(kAnn).ok());
        fail(kAnn, 9);
        for (int i = 0; i < 3; ++i) CPPUNIT_ASSERT(right(kAnn).ok());
        CPPUNIT_ASSERT_EQUAL(std::size_t{18},
                             scene_->world.stores.data(scene_->acme).attempts.size());  // two budgets each
    }

    void throttlesAnAddressAfterAHundredFailures() {
        for (int i = 0; i < 99; ++i) fail("user" + std::to_string(i) + "@acme.example", 1);
        CPPUNIT_ASSERT(right(kAnn).ok());
        fail("user99@acme.example", 1);
        CPPUNIT_ASSERT(throttled(kAnn));
        CPPUNIT_ASSERT(throttled("never.tried@acme.example"));
        CPPUNIT_ASSERT(right(kAnn, "192.0.2.8").ok());
    }

    void countsTheAddressesOfOneIpv6NetworkTogether() {
        for (int i = 0; i < 100; ++i)
            fail("user" + std::to_string(i) + "@acme.example", 1, "2001:db8:1:2::" + std::to_string(i));
        CPPUNIT_ASSERT(throttled(kAnn, "2001:db8:1:2:ffff::1"));
        CPPUNIT_ASSERT(right(kAnn, "2001:db8:1:3::1").ok());
    }

    void throttlesEachTenantByItself() {
        fail(kAnn, 10);
        CPPUNIT_ASSERT(throttled(kAnn));
        CPPUNIT_ASSERT(scene_->world.signIns.signIn(scene_->globex, attempt(kAnn, kPassword)).ok());
    }

    void letsAKnownBrowserInThoughStrangersUsedUpTheAccount() {
        const auto device = right(kAnn).value().device.revealForCookie();
        fail(kAnn, 10);
        CPPUNIT_ASSERT(throttled(kAnn));
        CPPUNIT_ASSERT(withDevice(device, kAnn, kPassword).ok());
    }

    void throttlesAKnownBrowserAfterTenFailuresOfItsOwn() {
        const auto device = right(kAnn).value().device.revealForCookie();
        for (int i = 0; i < 10; ++i)
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInRefused, withDevice(device, kAnn, "wrong")));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyAttempts, withDevice(device, kAnn, kPassword)));
        CPPUNIT_ASSERT(right(kAnn).ok());  // its failures were not counted against the account
    }

    void doesNotTakeAnotherUsersBrowserForKnown() {
        const auto bobs = right(kBob).value().device.revealForCookie();
        const auto unknown = DeviceToken::generate().revealForCookie();
        fail(kAnn, 10);
        for (const auto& device : {bobs, unknown})
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyAttempts, withDevice(device, kAnn, kPassword)));
    }

    void forgetsFailuresThatCountNoMore() {
        fail(kAnn, 5);
        scene_->world.clock.advance(15min + 1us);
        fail(kBob, 1);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, scene_->world.stores.data(scene_->acme).attempts.size());
    }

    void namesTheNetworkOfAnAddress() {
        CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.7"), networkOf("192.0.2.7"));
        CPPUNIT_ASSERT_EQUAL(std::string("2001:db8:1:2::/64"), networkOf("2001:db8:1:2:3:4:5:6"));
        CPPUNIT_ASSERT_EQUAL(std::string("2001:db8:1:2::/64"), networkOf("2001:0DB8:0001:0002::"));
        CPPUNIT_ASSERT(networkOf("2001:db8:1:2::1") != networkOf("2001:db8:1:3::1"));
        // An IPv4 client on an IPv6 socket: not one network of all of them.
        CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.7"), networkOf("::ffff:192.0.2.7"));
        CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.7"), networkOf("::FFFF:c000:0207"));
        for (const auto* other : {"", "unix:", "not an address"})
            CPPUNIT_ASSERT_EQUAL(std::string(other), networkOf(other));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ThrottlingTest);

}  // namespace
}  // namespace claviger::tests

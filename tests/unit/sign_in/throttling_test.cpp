#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "domain/sign_in/sign_in_service.h"
#include "tests/support/refusals.h"
#include "tests/unit/scene_fixture.h"

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

// The state that each test starts from.
struct Scene : TwoTenants {
    domain::User ann = world.makeUser(acme, kAnn);
    domain::User bob = world.makeUser(acme, kBob);
    domain::User annElsewhere = world.makeUser(globex, kAnn);
};

class ThrottlingTest : public SceneFixture<Scene> {
    CPPUNIT_TEST_SUITE(ThrottlingTest);
    CPPUNIT_TEST(throttlesAnAccountAfterTenFailures);
    CPPUNIT_TEST(throttlesAnUnknownAccountLikeAKnownOne);
    CPPUNIT_TEST(countsEverySpellingOfAnEmailTogether);
    CPPUNIT_TEST(doesNotHashForAThrottledAttempt);
    CPPUNIT_TEST(neitherCountsNorRecordsAThrottledAttempt);
    CPPUNIT_TEST(saysWhenToComeAgain);
    CPPUNIT_TEST(letsInAgainWhenTheOldestFailureIsFifteenMinutesOld);
    CPPUNIT_TEST(givesASuccessBack);
    CPPUNIT_TEST(countsTheAttemptBeforeItsPasswordIsHashed);
    CPPUNIT_TEST(leavesAnAttemptCountedWhoseSessionCannotStart);
    CPPUNIT_TEST(hashesNothingWhereAnAttemptCannotBeCounted);
    CPPUNIT_TEST(concurrentAttemptsNeverExceedABudget);
    CPPUNIT_TEST(limitsTheSuccessesOfAnAccount);
    CPPUNIT_TEST(aSuccessThatComesTooLateIsRefusedAndGivenBack);
    CPPUNIT_TEST(concurrentSignInsNeverExceedTheSuccesses);
    CPPUNIT_TEST(namesTheLongestWait);
    CPPUNIT_TEST(ignoresFailuresOfTheFuture);
    CPPUNIT_TEST(countsFailuresOfAClockThatIsALittleAhead);
    CPPUNIT_TEST(throttlesAnAddressAfterAHundredFailures);
    CPPUNIT_TEST(countsTheAddressesOfOneIpv6NetworkTogether);
    CPPUNIT_TEST(throttlesEachTenantByItself);
    CPPUNIT_TEST(letsAKnownBrowserInThoughStrangersUsedUpTheAccount);
    CPPUNIT_TEST(throttlesAKnownBrowserAfterTenFailuresOfItsOwn);
    CPPUNIT_TEST(throttlesAllKnownBrowsersOfAnAccountTogether);
    CPPUNIT_TEST(aBrowserUnusedForNinetyDaysCountsForTheAccount);
    CPPUNIT_TEST(doesNotTakeAnotherUsersBrowserForKnown);
    CPPUNIT_TEST(forgetsFailuresThatCountNoMore);
    CPPUNIT_TEST(aSuccessClearsAwayToo);
    CPPUNIT_TEST(aFailureToClearAwayChangesNothing);
    CPPUNIT_TEST(namesTheNetworkOfAnAddress);
    CPPUNIT_TEST_SUITE_END();

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
        CPPUNIT_ASSERT(throttled(kAnn, "198.51.100.1"));  // from any address
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

    std::size_t attempts() { return scene_->world.stores.data(scene_->acme).attempts.size(); }

    void givesASuccessBack() {
        fail(kAnn, 9);
        for (int i = 0; i < 3; ++i) CPPUNIT_ASSERT(right(kAnn).ok());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2 * 9 + 3}, attempts());  // a failure counts for the account and the address
        fail(kAnn, 1);
        CPPUNIT_ASSERT(throttled(kAnn));
    }

    // A process that dies while it hashes leaves the attempt counted.
    void countsTheAttemptBeforeItsPasswordIsHashed() {
        const auto& world = scene_->world;
        domain::Throttle& throttle = scene_->world.throttle;
        const auto budgets = throttle.budgetsOf(scene_->acme, {kAnn, kAddress, {}});
        for (int i = 0; i < 10; ++i) CPPUNIT_ASSERT(throttle.count(scene_->acme, budgets).ok());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyAttempts, throttle.count(scene_->acme, budgets)));
        CPPUNIT_ASSERT_EQUAL(std::size_t{20}, world.stores.data(scene_->acme).attempts.size());
        CPPUNIT_ASSERT(throttled(kAnn));
    }

    void leavesAnAttemptCountedWhoseSessionCannotStart() {
        scene_->world.stores.fail(scene_->acme, TenantData::Part::kSessions);
        CPPUNIT_ASSERT_THROW((void)right(kAnn), domain::StorageUnavailable);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, attempts());
    }

    void hashesNothingWhereAnAttemptCannotBeCounted() {
        scene_->world.stores.fail(scene_->acme, TenantData::Part::kLoginAttempts);
        for (const auto* email : {kAnn, "nobody@acme.example"}) {
            CPPUNIT_ASSERT_THROW((void)right(email), domain::StorageUnavailable);
            CPPUNIT_ASSERT_THROW((void)scene_->world.signIns.signIn(scene_->acme, attempt(email, "wrong")),
                                 domain::StorageUnavailable);
        }
        const auto data = scene_->world.stores.data(scene_->acme);
        CPPUNIT_ASSERT(data.sessions.empty() && data.audit.empty() && data.attempts.empty());
    }

    // The threads count at the same moment, as many hosts would.
    void concurrentAttemptsNeverExceedABudget() {
        auto& throttle = scene_->world.throttle;
        const auto budgets = throttle.budgetsOf(scene_->acme, {kAnn, kAddress, {}});
        std::atomic<std::size_t> counted{0};
        {
            std::vector<std::jthread> hosts;
            for (int i = 0; i < 8; ++i)
                hosts.emplace_back([&] {
                    for (int j = 0; j < 5; ++j) counted += throttle.count(scene_->acme, budgets).ok() ? 1 : 0;
                });
        }
        CPPUNIT_ASSERT(counted <= domain::Throttle::kFailuresPerAccount);
        CPPUNIT_ASSERT_EQUAL(2 * counted, attempts());  // refused attempts have left nothing
    }

    void limitsTheSuccessesOfAnAccount() {
        const auto device = right(kAnn).value().device.revealForCookie();
        for (int i = 0; i < 14; ++i) CPPUNIT_ASSERT(right(kAnn).ok());
        for (int i = 0; i < 15; ++i) CPPUNIT_ASSERT(withDevice(device, kAnn, kPassword).ok());
        const auto before = scene_->world.stores.data(scene_->acme);
        const auto refused = right(kAnn);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInBudgetUsed, refused));
        CPPUNIT_ASSERT(refused.error().retryAfter == 15min);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInBudgetUsed, withDevice(device, kAnn, kPassword)));
        const auto after = scene_->world.stores.data(scene_->acme);
        CPPUNIT_ASSERT_EQUAL(before.attempts.size(), after.attempts.size());
        CPPUNIT_ASSERT_EQUAL(before.sessions.size(), after.sessions.size());
        CPPUNIT_ASSERT(right(kBob).ok());
        scene_->world.clock.advance(15min);
        CPPUNIT_ASSERT(right(kAnn).ok());
    }

    // Both attempts were counted while one success was left.
    void aSuccessThatComesTooLateIsRefusedAndGivenBack() {
        auto& throttle = scene_->world.throttle;
        const auto budgets = throttle.budgetsOf(scene_->acme, {kAnn, kAddress, {}});
        for (int i = 0; i < 29; ++i) CPPUNIT_ASSERT(right(kAnn).ok());
        const auto first = throttle.count(scene_->acme, budgets), second = throttle.count(scene_->acme, budgets);
        const auto succeed = [&](const domain::Throttle::Counted& counted) {
            return scene_->world.stores.transact<void>(scene_->acme, [&](domain::TenantStore& store) {
                return throttle.succeed(store, counted, scene_->world.clock.now());
            });
        };
        CPPUNIT_ASSERT(succeed(first.value()).ok());
        const auto late = succeed(second.value());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInBudgetUsed, late));
        CPPUNIT_ASSERT(late.error().retryAfter == 15min);
        throttle.giveBack(scene_->acme, second.value());
        CPPUNIT_ASSERT_EQUAL(std::size_t{30}, attempts());
    }

    // Each thread is a host with a queue of its own.
    void concurrentSignInsNeverExceedTheSuccesses() {
        auto& world = scene_->world;
        std::atomic<std::size_t> succeeded{0};
        {
            std::vector<std::jthread> hosts;
            for (int i = 0; i < 8; ++i)
                hosts.emplace_back([&] {
                    const TemporaryFolder folder;
                    domain::secrets::HashingQueue queue(folder.path());
                    WholeSignIns host(world.stores, world.hasher, world.passwords, queue, world.clock,
                                      world.missingPeppers);
                    for (int j = 0; j < 10; ++j)
                        succeeded += host.signIn(scene_->acme, attempt(kAnn, kPassword)).ok() ? 1 : 0;
                });
        }
        CPPUNIT_ASSERT_EQUAL(domain::Throttle::kSuccessesPerAccount, succeeded.load());
        CPPUNIT_ASSERT_EQUAL(domain::Throttle::kSuccessesPerAccount, attempts());  // the others were given back
    }

    void namesTheLongestWait() {
        fail(kAnn, 10, "198.51.100.1");
        scene_->world.clock.advance(5min);
        for (int i = 0; i < 100; ++i) fail("user" + std::to_string(i) + "@acme.example", 1);
        CPPUNIT_ASSERT(right(kAnn, "198.51.100.1").error().retryAfter == 10min);
        CPPUNIT_ASSERT(right(kAnn).error().retryAfter == 15min);  // for the address
    }

    void ignoresFailuresOfTheFuture() {
        scene_->world.clock.advance(24h);  // it was ahead, and is set right
        fail(kAnn, 10);
        for (int i = 0; i < 30; ++i) CPPUNIT_ASSERT(right(kBob).ok());
        scene_->world.clock.advance(-24h);
        CPPUNIT_ASSERT(right(kAnn).ok());
        CPPUNIT_ASSERT(right(kBob).ok());
        fail(kAnn, 1);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2 + 2}, attempts());  // this failure and the two successes
    }

    void countsFailuresOfAClockThatIsALittleAhead() {
        scene_->world.clock.advance(5min);
        fail(kAnn, 10);
        scene_->world.clock.advance(-5min);
        CPPUNIT_ASSERT(throttled(kAnn));
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

    void throttlesAllKnownBrowsersOfAnAccountTogether() {
        for (int browser = 0; browser < 3; ++browser) {
            const auto device = right(kAnn).value().device.revealForCookie();
            for (int i = 0; i < 10; ++i)
                CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInRefused, withDevice(device, kAnn, "wrong")));
        }
        const auto fresh = right(kAnn).value().device.revealForCookie();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyAttempts, withDevice(fresh, kAnn, kPassword)));
        CPPUNIT_ASSERT(right(kAnn).ok());
        const auto bobs = right(kBob).value().device.revealForCookie();
        CPPUNIT_ASSERT(withDevice(bobs, kBob, kPassword).ok());
    }

    void aBrowserUnusedForNinetyDaysCountsForTheAccount() {
        const auto device = right(kAnn).value().device.revealForCookie();
        scene_->world.clock.advance(90 * 24h + 1us);
        fail(kAnn, 10);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyAttempts, withDevice(device, kAnn, kPassword)));
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
        scene_->world.clock.advance(30min);
        fail(kBob, 1);
        CPPUNIT_ASSERT_EQUAL(std::size_t{12}, attempts());  // a host whose clock is behind may still count them
        scene_->world.clock.advance(1us);
        fail(kBob, 1);
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, attempts());
    }

    void aSuccessClearsAwayToo() {
        fail(kAnn, 5);
        scene_->world.clock.advance(30min + 1us);
        CPPUNIT_ASSERT(right(kBob).ok());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, attempts());
    }

    void aFailureToClearAwayChangesNothing() {
        scene_->world.stores.fail(scene_->acme, TenantData::Part::kClearingAway);
        fail(kAnn, 10);
        CPPUNIT_ASSERT_EQUAL(std::size_t{20}, attempts());
        CPPUNIT_ASSERT(throttled(kAnn));
    }

    void namesTheNetworkOfAnAddress() {
        CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.7"), networkOf("192.0.2.7"));
        CPPUNIT_ASSERT_EQUAL(std::string("2001:db8:1:2::/64"), networkOf("2001:db8:1:2:3:4:5:6"));
        CPPUNIT_ASSERT_EQUAL(std::string("2001:db8:1:2::/64"), networkOf("2001:0DB8:0001:0002::"));
        CPPUNIT_ASSERT(networkOf("2001:db8:1:2::1") != networkOf("2001:db8:1:3::1"));
        // IPv4 clients on an IPv6 socket do not all count as one network.
        CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.7"), networkOf("::ffff:192.0.2.7"));
        CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.7"), networkOf("::FFFF:c000:0207"));
        for (const auto* other : {"", "unix:", "not an address"})
            CPPUNIT_ASSERT_EQUAL(std::string(other), networkOf(other));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ThrottlingTest);

}  // namespace
}  // namespace claviger::tests

// The promises of the counts of sign-ins and of the known devices, over the fake and over the database.

#include "tests/contract/store_contract.h"

namespace claviger::tests {

using domain::Period;
using domain::Timestamp;
using domain::secrets::BudgetHash;
using domain::secrets::DeviceHash;
using namespace std::chrono_literals;

template <class Backend>
class SignInContract : public StoreContract<Backend> {
    CPPUNIT_TEST_SUITE(SignInContract<Backend>);
    CPPUNIT_TEST(findsTheNthNewestAttempt);
    CPPUNIT_TEST(countsAttemptsOfOneMomentOneByOne);
    CPPUNIT_TEST(countsWithinThePeriod);
    CPPUNIT_TEST(budgetsAreCountedApart);
    CPPUNIT_TEST(takesOneAttemptBack);
    CPPUNIT_TEST(takesNothingBackWhereNothingWasCounted);
    CPPUNIT_TEST(forgetsABudgetFromAMomentOn);
    CPPUNIT_TEST(clearsAwayWhatIsOutsideThePeriod);
    CPPUNIT_TEST(clearsAwayNoMoreThanAsked);
    CPPUNIT_TEST(knowsADeviceForThatUserOnly);
    CPPUNIT_TEST(remembersADeviceAgain);
    CPPUNIT_TEST(aDeviceUnusedForNinetyDaysIsUnknown);
    CPPUNIT_TEST(aDeviceOfTheFutureIsUnknown);
    CPPUNIT_TEST(deletesUnknownDevicesOfTheUser);
    CPPUNIT_TEST(theLeastRecentlyUsedDeviceGoes);
    CPPUNIT_TEST(theDeviceOfThisSignInStays);
    CPPUNIT_TEST(forgetsAllDevicesOfAUserOnly);
    CPPUNIT_TEST_SUITE_END();

    const BudgetHash budget_ = sampleDigest<BudgetHash>(1);
    const BudgetHash other_ = sampleDigest<BudgetHash>(2);

    void count(const std::vector<Timestamp>& times, const BudgetHash& budget = sampleDigest<BudgetHash>(1)) {
        this->change([&](domain::TenantStore& store) {
            for (const auto at : times) store.loginAttempts().add(budget, at);
        });
    }

    std::optional<Timestamp> nth(std::size_t n, const Period& period = {kNoon - 1h, kNoon + 1h},
                                 const BudgetHash& budget = sampleDigest<BudgetHash>(1)) {
        return this->look(
            [&](const domain::TenantStore& store) { return store.loginAttempts().nthNewest(budget, n, period); });
    }

    void clearAway(const Period& kept, std::size_t most) {
        this->change([&](domain::TenantStore& store) { store.loginAttempts().clearAway(kept, most); });
    }

    void add(const domain::UserId& user, int device, Timestamp at) {
        this->change(
            [&](domain::TenantStore& store) { store.knownDevices().add(user, sampleDigest<DeviceHash>(device), at); });
    }

    bool knows(const domain::UserId& user, int device, Timestamp now = kNoon) {
        return this->look([&](const domain::TenantStore& store) {
            return store.knownDevices().knows(user, sampleDigest<DeviceHash>(device), now);
        });
    }

    std::vector<DeviceHash> devicesOf(const domain::UserId& user) {
        return this->look([&](const domain::TenantStore& store) { return store.knownDevices().list(user); });
    }

    void findsTheNthNewestAttempt() {
        CPPUNIT_ASSERT(!nth(1));
        count({kNoon + 2s, kNoon, kNoon + 1s});
        CPPUNIT_ASSERT(nth(1) == kNoon + 2s);
        CPPUNIT_ASSERT(nth(2) == kNoon + 1s);
        CPPUNIT_ASSERT(nth(3) == kNoon);
        CPPUNIT_ASSERT(!nth(4));
    }

    void countsAttemptsOfOneMomentOneByOne() {
        count({kNoon, kNoon, kNoon});
        CPPUNIT_ASSERT(nth(3, {kNoon, kNoon}) == kNoon);
        CPPUNIT_ASSERT(!nth(4, {kNoon, kNoon}));
    }

    void countsWithinThePeriod() {
        count({kNoon, kNoon + 1us, kNoon + 2us});
        CPPUNIT_ASSERT(nth(2, {kNoon, kNoon + 1us}) == kNoon);
        CPPUNIT_ASSERT(nth(1, {kNoon, kNoon + 1us}) == kNoon + 1us);
        CPPUNIT_ASSERT(!nth(2, {kNoon + 1us, kNoon + 1us}));
    }

    void budgetsAreCountedApart() {
        count({kNoon});
        CPPUNIT_ASSERT(!nth(1, {kNoon, kNoon}, other_));
    }

    void takesOneAttemptBack() {
        count({kNoon, kNoon, kNoon + 1us});
        count({kNoon}, other_);
        this->change([&](domain::TenantStore& store) { store.loginAttempts().takeBack(budget_, kNoon); });
        CPPUNIT_ASSERT(nth(1) == kNoon + 1us);
        CPPUNIT_ASSERT(nth(2) == kNoon);
        CPPUNIT_ASSERT(!nth(3));
        CPPUNIT_ASSERT(nth(1, {kNoon, kNoon}, other_) == kNoon);
    }

    void takesNothingBackWhereNothingWasCounted() {
        count({kNoon});
        this->change([&](domain::TenantStore& store) {
            store.loginAttempts().takeBack(budget_, kNoon + 1us);
            store.loginAttempts().takeBack(other_, kNoon);
        });
        CPPUNIT_ASSERT(nth(1) == kNoon);
    }

    void forgetsABudgetFromAMomentOn() {
        count({kNoon - 1us, kNoon, kNoon + 24h});
        count({kNoon}, other_);
        this->change([&](domain::TenantStore& store) {
            CPPUNIT_ASSERT_EQUAL(std::size_t{2}, store.loginAttempts().remove(budget_, kNoon));
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, store.loginAttempts().remove(budget_, kNoon));
        });
        CPPUNIT_ASSERT(nth(1, {kNoon - 1h, kNoon + 48h}) == kNoon - 1us);
        CPPUNIT_ASSERT(nth(1, {kNoon, kNoon}, other_) == kNoon);
    }

    void clearsAwayWhatIsOutsideThePeriod() {
        count({kNoon - 1us, kNoon, kNoon + 1s, kNoon + 1s + 1us});
        clearAway({kNoon, kNoon + 1s}, 100);
        CPPUNIT_ASSERT(nth(1) == kNoon + 1s);
        CPPUNIT_ASSERT(nth(2) == kNoon);
        CPPUNIT_ASSERT(!nth(3));
    }

    void clearsAwayNoMoreThanAsked() {
        count({kNoon - 3s, kNoon - 2s, kNoon - 1s, kNoon, kNoon + 1s, kNoon + 2s});
        clearAway({kNoon, kNoon}, 1);
        CPPUNIT_ASSERT(nth(1) == kNoon + 1s);  // the furthest from the period go first
        CPPUNIT_ASSERT(nth(4) == kNoon - 2s);
        CPPUNIT_ASSERT(!nth(5));
    }

    void knowsADeviceForThatUserOnly() {
        const auto user = this->addUser("owner@x.example").id;
        const auto other = this->addUser("other@x.example").id;
        CPPUNIT_ASSERT(!knows(user, 1));
        add(user, 1, kNoon);
        CPPUNIT_ASSERT(knows(user, 1));
        CPPUNIT_ASSERT(!knows(user, 2));
        CPPUNIT_ASSERT(!knows(other, 1));
    }

    void remembersADeviceAgain() {
        const auto user = this->addUser("owner@x.example").id;
        for (const auto at : {kNoon, kNoon + 60 * 24h, kNoon + 120 * 24h}) add(user, 1, at);
        CPPUNIT_ASSERT(knows(user, 1, kNoon + 200 * 24h));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, devicesOf(user).size());
    }

    void aDeviceUnusedForNinetyDaysIsUnknown() {
        const auto user = this->addUser("owner@x.example").id;
        add(user, 1, kNoon);
        CPPUNIT_ASSERT(knows(user, 1, kNoon + domain::kDeviceIdleLimit));
        CPPUNIT_ASSERT(!knows(user, 1, kNoon + domain::kDeviceIdleLimit + 1us));
    }

    void aDeviceOfTheFutureIsUnknown() {
        const auto user = this->addUser("owner@x.example").id;
        add(user, 1, kNoon);
        CPPUNIT_ASSERT(knows(user, 1, kNoon - domain::kClockTolerance));
        CPPUNIT_ASSERT(!knows(user, 1, kNoon - domain::kClockTolerance - 1us));
    }

    void deletesUnknownDevicesOfTheUser() {
        const auto user = this->addUser("owner@x.example").id;
        const auto other = this->addUser("other@x.example").id;
        add(other, 1, kNoon - 91 * 24h);
        add(user, 1, kNoon + 24h);
        add(user, 2, kNoon - 91 * 24h);  // a day ahead of it, the first device is gone
        add(user, 3, kNoon);
        CPPUNIT_ASSERT(devicesOf(user) == std::vector{sampleDigest<DeviceHash>(3)});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, devicesOf(other).size());
    }

    void theLeastRecentlyUsedDeviceGoes() {
        const auto user = this->addUser("owner@x.example").id;
        const auto other = this->addUser("other@x.example").id;
        add(other, 1, kNoon - 1h);
        for (int device = 1; device <= 10; ++device) add(user, device, kNoon + device * 1s);
        add(user, 1, kNoon + 11s);  // used again
        add(user, 11, kNoon + 12s);
        CPPUNIT_ASSERT(knows(user, 1) && knows(user, 3) && knows(user, 11));
        CPPUNIT_ASSERT(!knows(user, 2));
        CPPUNIT_ASSERT_EQUAL(domain::kMostKnownDevices, devicesOf(user).size());
        CPPUNIT_ASSERT(knows(other, 1));
    }

    // This holds although the clock of another host was ahead.
    void theDeviceOfThisSignInStays() {
        const auto user = this->addUser("owner@x.example").id;
        for (int device = 1; device <= 10; ++device) add(user, device, kNoon + 1min);
        add(user, 11, kNoon);
        CPPUNIT_ASSERT(knows(user, 11));
        CPPUNIT_ASSERT_EQUAL(domain::kMostKnownDevices, devicesOf(user).size());
    }

    void forgetsAllDevicesOfAUserOnly() {
        const auto user = this->addUser("owner@x.example").id;
        const auto other = this->addUser("other@x.example").id;
        for (const auto device : {1, 2}) add(user, device, kNoon);
        add(other, 1, kNoon);
        this->change([&](domain::TenantStore& store) { store.knownDevices().removeAllOf(user); });
        CPPUNIT_ASSERT(devicesOf(user).empty());
        CPPUNIT_ASSERT(knows(other, 1));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SignInContract<InMemoryBackend>);
CPPUNIT_TEST_SUITE_REGISTRATION(SignInContract<MySqlBackend>);

}  // namespace claviger::tests

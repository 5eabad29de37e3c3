// What the counts of failed sign-ins and the known devices promise, over the fake and over the database.

#include "tests/contract/store_contract.h"

namespace claviger::tests {

using domain::Timestamp;
using domain::secrets::BudgetHash;
using domain::secrets::DeviceHash;
using namespace std::chrono_literals;

template <class Backend>
class SignInContract : public StoreContract<Backend> {
    CPPUNIT_TEST_SUITE(SignInContract<Backend>);
    CPPUNIT_TEST(findsTheNthNewestFailure);
    CPPUNIT_TEST(countsFailuresOfOneMomentOneByOne);
    CPPUNIT_TEST(countsFromTheGivenMomentOn);
    CPPUNIT_TEST(budgetsAreCountedApart);
    CPPUNIT_TEST(forgetsWhatIsOlderAndNothingElse);
    CPPUNIT_TEST(knowsADeviceForThatUserAlone);
    CPPUNIT_TEST(remembersADeviceAgain);
    CPPUNIT_TEST_SUITE_END();

    const BudgetHash budget_ = sampleDigest<BudgetHash>(1);

    void fail(const std::vector<Timestamp>& times) {
        this->change([&](domain::TenantStore& store) {
            for (const auto at : times) store.loginAttempts().add(budget_, at);
        });
    }

    std::optional<Timestamp> nth(std::size_t n, Timestamp since) {
        return this->look(
            [&](const domain::TenantStore& store) { return store.loginAttempts().nthNewest(budget_, n, since); });
    }

    bool knows(const domain::UserId& user, int device) {
        return this->look([&](const domain::TenantStore& store) {
            return store.knownDevices().knows(user, sampleDigest<DeviceHash>(device));
        });
    }

    void findsTheNthNewestFailure() {
        CPPUNIT_ASSERT(!nth(1, kNoon - 1h));
        fail({kNoon + 2s, kNoon, kNoon + 1s});
        CPPUNIT_ASSERT(nth(1, kNoon - 1h) == kNoon + 2s);
        CPPUNIT_ASSERT(nth(2, kNoon - 1h) == kNoon + 1s);
        CPPUNIT_ASSERT(nth(3, kNoon - 1h) == kNoon);
        CPPUNIT_ASSERT(!nth(4, kNoon - 1h));
    }

    void countsFailuresOfOneMomentOneByOne() {
        fail({kNoon, kNoon, kNoon});
        CPPUNIT_ASSERT(nth(3, kNoon) == kNoon);
        CPPUNIT_ASSERT(!nth(4, kNoon));
    }

    void countsFromTheGivenMomentOn() {
        fail({kNoon, kNoon + 1us});
        CPPUNIT_ASSERT(nth(2, kNoon) == kNoon);
        CPPUNIT_ASSERT(!nth(2, kNoon + 1us));
    }

    void budgetsAreCountedApart() {
        fail({kNoon});
        const auto other = sampleDigest<BudgetHash>(2);
        CPPUNIT_ASSERT(!this->look(
            [&](const domain::TenantStore& store) { return store.loginAttempts().nthNewest(other, 1, kNoon); }));
    }

    void forgetsWhatIsOlderAndNothingElse() {
        fail({kNoon - 1us, kNoon, kNoon + 1us});
        this->change([](domain::TenantStore& store) { store.loginAttempts().forgetBefore(kNoon); });
        CPPUNIT_ASSERT(nth(2, kNoon - 1h) == kNoon);
        CPPUNIT_ASSERT(!nth(3, kNoon - 1h));
    }

    void knowsADeviceForThatUserAlone() {
        const auto user = this->addUser("owner@x.example").id;
        const auto other = this->addUser("other@x.example").id;
        CPPUNIT_ASSERT(!knows(user, 1));
        this->change([&](domain::TenantStore& store) {
            store.knownDevices().remember(user, sampleDigest<DeviceHash>(1), kNoon);
        });
        CPPUNIT_ASSERT(knows(user, 1));
        CPPUNIT_ASSERT(!knows(user, 2));
        CPPUNIT_ASSERT(!knows(other, 1));
    }

    void remembersADeviceAgain() {
        const auto user = this->addUser("owner@x.example").id;
        for (const auto at : {kNoon, kNoon + 1h, kNoon - 1h})
            this->change([&](domain::TenantStore& store) {
                store.knownDevices().remember(user, sampleDigest<DeviceHash>(1), at);
            });
        CPPUNIT_ASSERT(knows(user, 1));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SignInContract<InMemoryBackend>);
CPPUNIT_TEST_SUITE_REGISTRATION(SignInContract<MySqlBackend>);

}  // namespace claviger::tests

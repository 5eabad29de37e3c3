// The order of password hashing: the sign-ins that get a permit, wait, or have to go.

#include "domain/secrets/hashing_table.h"

#include <cppunit/extensions/HelperMacros.h>

#include <memory>
#include <string>
#include <vector>

namespace claviger::tests {
namespace {

using domain::secrets::HashingClaim;
using domain::secrets::HashingPlace;
using domain::secrets::HashingTable;
using Device = HashingClaim::Device;
using State = HashingPlace::State;

constexpr std::uint32_t kOwner = 1;
constexpr std::size_t kOthersThatWait = 256, kKnownThatWait = 64;

std::uint64_t digest(const std::string& text) {
    return std::hash<std::string>()(text);
}

// A claim of this tenant, address and account, by default of a device that the account does not know.
HashingClaim claim(const std::string& tenant, const std::string& address, const std::string& account,
                   Device device = Device::kOther) {
    return {digest(tenant), digest(tenant + "/" + address), digest(tenant + "//" + account), device};
}

class HashingTableTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HashingTableTest);
    CPPUNIT_TEST(givesOtherDevicesOnePermitAndKnownOnesBoth);
    CPPUNIT_TEST(givesAnAccountOnePermitAndOneWaitingPlace);
    CPPUNIT_TEST(letsAKnownDeviceWaitInsteadOfAnotherOneOfItsAccount);
    CPPUNIT_TEST(letsTenantsTakeTurns);
    CPPUNIT_TEST(letsTheAddressesOfATenantTakeTurns);
    CPPUNIT_TEST(servesAnAddressInTheOrderOfArrival);
    CPPUNIT_TEST(countsTheTurnsOfKnownDevicesByThemselves);
    CPPUNIT_TEST(servesOtherDevicesBesideKnownOnes);
    CPPUNIT_TEST(refusesNoTenantAndNoAddressForBeingBusy);
    CPPUNIT_TEST(pushesOutTheNewestOfTheBusiestTenantWhenItIsFull);
    CPPUNIT_TEST(refusesTheNewcomerOfTheBusiestTenantWhenItIsFull);
    CPPUNIT_TEST(keepsPlacesForKnownDevicesWhateverOthersHold);
    CPPUNIT_TEST(worksOnWithWhatAKilledProcessLeaves);
    CPPUNIT_TEST_SUITE_END();

    // On the heap and zeroed, as a new file is.
    std::unique_ptr<HashingTable> table_;

public:
    void setUp() override { table_ = std::make_unique<HashingTable>(); }
    void tearDown() override { table_.reset(); }

private:
    HashingPlace* enter(const HashingClaim& claim) {
        auto* const place = table_->admit(claim, kOwner);
        table_->grant();
        return place;
    }
    void leave(HashingPlace* place) {
        place->state = State::kFree;
        table_->grant();
    }
    static bool hashes(const HashingPlace* place) { return place->state == State::kHashing; }
    static bool waits(const HashingPlace* place) { return place->state == State::kWaiting; }

    // The places in the order in which they hash, one after the other, until none waits.
    std::vector<HashingPlace*> served(HashingPlace* first) {
        std::vector<HashingPlace*> order;
        for (auto* place = first; place != nullptr;) {
            leave(place);
            place = nullptr;
            for (auto& other : table_->places())
                if (hashes(&other)) place = &other;
            if (place != nullptr) order.push_back(place);
        }
        return order;
    }

    void givesOtherDevicesOnePermitAndKnownOnesBoth() {
        auto* const stranger = enter(claim("a", "1", "ann"));
        auto* const second = enter(claim("b", "1", "bob"));
        CPPUNIT_ASSERT(hashes(stranger) && waits(second));
        auto* const known = enter(claim("c", "1", "cid", Device::kKnown));
        auto* const another = enter(claim("c", "2", "dan", Device::kKnown));
        CPPUNIT_ASSERT(hashes(known) && waits(another));
        second->state = State::kFree;
        leave(stranger);
        CPPUNIT_ASSERT(hashes(another));  // both permits
    }

    void givesAnAccountOnePermitAndOneWaitingPlace() {
        for (const auto device : {Device::kOther, Device::kKnown}) {
            setUp();
            auto* const first = enter(claim("a", "1", "ann", device));
            auto* const second = enter(claim("a", "2", "ann", device));
            CPPUNIT_ASSERT(hashes(first) && waits(second));
            CPPUNIT_ASSERT(enter(claim("a", "3", "ann", device)) == nullptr);
            auto* const namesake = enter(claim("b", "3", "ann", device));  // another tenant's
            CPPUNIT_ASSERT(namesake != nullptr);
            leave(first);
            leave(namesake);
            CPPUNIT_ASSERT(hashes(second));
        }
    }

    void letsAKnownDeviceWaitInsteadOfAnotherOneOfItsAccount() {
        auto* const hashing = enter(claim("a", "1", "ann"));
        auto* const waiting = enter(claim("a", "1", "ann"));
        auto* const known = enter(claim("a", "2", "ann", Device::kKnown));
        CPPUNIT_ASSERT(hashes(hashing) && waits(known));  // one hashing an account
        CPPUNIT_ASSERT(waiting->state == State::kPushedOut);
        CPPUNIT_ASSERT(enter(claim("a", "1", "ann")) == nullptr);
        CPPUNIT_ASSERT(enter(claim("a", "2", "ann", Device::kKnown)) == nullptr);
        leave(hashing);
        CPPUNIT_ASSERT(hashes(known));
    }

    void letsTenantsTakeTurns() {
        auto* const first = enter(claim("a", "1", "a0"));
        auto* const a1 = enter(claim("a", "1", "a1"));
        auto* const a2 = enter(claim("a", "2", "a2"));
        auto* const a3 = enter(claim("a", "3", "a3"));
        auto* const b1 = enter(claim("b", "1", "b1"));
        auto* const b2 = enter(claim("b", "1", "b2"));
        const std::vector expected{b1, a2, b2, a3, a1};
        CPPUNIT_ASSERT(expected == served(first));
    }

    void letsTheAddressesOfATenantTakeTurns() {
        auto* const first = enter(claim("a", "1", "a0"));
        auto* const a1 = enter(claim("a", "1", "a1"));
        auto* const a2 = enter(claim("a", "1", "a2"));
        auto* const elsewhere = enter(claim("a", "2", "a3"));
        const std::vector expected{elsewhere, a1, a2};
        CPPUNIT_ASSERT(expected == served(first));
    }

    void servesAnAddressInTheOrderOfArrival() {
        auto* const first = enter(claim("a", "1", "a0"));
        std::vector<HashingPlace*> expected;
        for (int i = 1; i <= 50; ++i) expected.push_back(enter(claim("a", "1", std::to_string(i))));
        CPPUNIT_ASSERT(expected == served(first));
    }

    // A flood of other devices at a tenant does not cost its known devices their turn.
    void countsTheTurnsOfKnownDevicesByThemselves() {
        auto* const before = enter(claim("b", "1", "b0", Device::kKnown));
        leave(before);
        auto* const other = enter(claim("a", "1", "a0"));
        auto* const known = enter(claim("c", "1", "c0", Device::kKnown));
        auto* const b = enter(claim("b", "1", "b1", Device::kKnown));
        auto* const a = enter(claim("a", "2", "a1", Device::kKnown));
        CPPUNIT_ASSERT(hashes(other) && hashes(known));
        leave(known);
        CPPUNIT_ASSERT(hashes(a) && waits(b));
    }

    void servesOtherDevicesBesideKnownOnes() {
        auto* const k1 = enter(claim("a", "1", "k1", Device::kKnown));
        auto* const k2 = enter(claim("a", "1", "k2", Device::kKnown));
        auto* const other = enter(claim("a", "2", "other"));
        auto* const k3 = enter(claim("a", "1", "k3", Device::kKnown));
        CPPUNIT_ASSERT(hashes(k1) && hashes(k2) && waits(other) && waits(k3));
        leave(k1);
        CPPUNIT_ASSERT(hashes(other) && waits(k3));
    }

    void refusesNoTenantAndNoAddressForBeingBusy() {
        CPPUNIT_ASSERT(enter(claim("a", "1", "hashing")) != nullptr);
        for (std::size_t i = 0; i < kOthersThatWait; ++i)
            CPPUNIT_ASSERT(enter(claim("a", "1", std::to_string(i))) != nullptr);
    }

    void fill(const std::string& tenant, std::size_t count, Device device = Device::kOther) {
        for (std::size_t i = 0; i < count; ++i)
            CPPUNIT_ASSERT(table_->admit(claim(tenant, std::to_string(i), std::to_string(i), device), kOwner));
    }
    std::size_t count(State state) const {
        std::size_t found = 0;
        for (const auto& place : table_->places())
            if (place.state == state) ++found;
        return found;
    }

    void pushesOutTheNewestOfTheBusiestTenantWhenItIsFull() {
        fill("b", 10);
        fill("a", kOthersThatWait - 12);
        auto* const twice = table_->admit(claim("a", "7", "again"), kOwner);  // the address with the most
        auto* const newest = table_->admit(claim("a", "new", "new"), kOwner);
        CPPUNIT_ASSERT(twice != nullptr && newest != nullptr);
        auto* const newcomer = table_->admit(claim("b", "1", "late"), kOwner);
        CPPUNIT_ASSERT(newcomer != nullptr && waits(newcomer));
        CPPUNIT_ASSERT(twice->state == State::kPushedOut);
        CPPUNIT_ASSERT(table_->admit(claim("c", "1", "later"), kOwner) != nullptr);
        CPPUNIT_ASSERT(newest->state == State::kPushedOut);
        CPPUNIT_ASSERT_EQUAL(kOthersThatWait, count(State::kWaiting));
    }

    void refusesTheNewcomerOfTheBusiestTenantWhenItIsFull() {
        fill("b", 10);
        fill("a", kOthersThatWait - 10);
        CPPUNIT_ASSERT(table_->admit(claim("a", "new", "new"), kOwner) == nullptr);
        CPPUNIT_ASSERT_EQUAL(kOthersThatWait, count(State::kWaiting));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, count(State::kPushedOut));
    }

    void keepsPlacesForKnownDevicesWhateverOthersHold() {
        // The other tenants push out places of the first one. The owners of those places free none of them.
        fill("a", kOthersThatWait);
        for (int i = 0; i < 1000; ++i) (void)table_->admit(claim("t" + std::to_string(i), "1", "x"), kOwner);
        CPPUNIT_ASSERT(count(State::kPushedOut) > 100);
        fill("b", kKnownThatWait, Device::kKnown);
        table_->grant();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, count(State::kHashing));
    }

    // A process was killed in admit() before the last store, or in grant() before the first. Its place counts as free.
    void worksOnWithWhatAKilledProcessLeaves() {
        auto& half = table_->places().front();
        half.owner = 7;
        half.arrival = ~std::uint64_t{0};
        half.claim = claim("a", "1", "ann", Device::kKnown);
        auto* const first = enter(claim("a", "1", "ann"));
        CPPUNIT_ASSERT(first == &half && hashes(first));
        CPPUNIT_ASSERT(waits(enter(claim("a", "1", "ann"))));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HashingTableTest);

}  // namespace
}  // namespace claviger::tests

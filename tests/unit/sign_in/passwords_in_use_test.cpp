#include "domain/sign_in/passwords_in_use.h"

#include <cppunit/extensions/HelperMacros.h>

#include "tests/unit/world.h"

namespace claviger::tests {
namespace {

using domain::secrets::PasswordCost;
using Costs = std::vector<PasswordCost>;

class PasswordsInUseTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PasswordsInUseTest);
    CPPUNIT_TEST(readsEachTenantsOwn);
    CPPUNIT_TEST(readsAgainAfterAMinuteAndNoSooner);
    CPPUNIT_TEST(readsAgainWhenTheClockWasSetBack);
    CPPUNIT_TEST(keepsTheLastReadingWhereTheDatabaseDoesNotAnswer);
    CPPUNIT_TEST_SUITE_END();

    void readsEachTenantsOwn() {
        World world;
        domain::PasswordsInUse inUse(world.stores, world.clock);
        const auto acme = world.makeTenant("acme");
        world.makeUser(acme, "ann@acme.example");
        CPPUNIT_ASSERT(inUse.of(acme).costs == Costs({{8, 1}}));
        CPPUNIT_ASSERT(inUse.of(world.makeTenant("globex")).costs.empty());
    }

    void readsAgainAfterAMinuteAndNoSooner() {
        World world;
        domain::PasswordsInUse inUse(world.stores, world.clock);
        const auto acme = world.makeTenant("acme");
        CPPUNIT_ASSERT(inUse.of(acme).costs.empty());
        world.makeUser(acme, "ann@acme.example");
        world.clock.advance(std::chrono::seconds(59));
        CPPUNIT_ASSERT(inUse.of(acme).costs.empty());
        world.clock.advance(std::chrono::seconds(1));
        CPPUNIT_ASSERT(inUse.of(acme).costs == Costs({{8, 1}}));
    }

    void readsAgainWhenTheClockWasSetBack() {
        World world;
        domain::PasswordsInUse inUse(world.stores, world.clock);
        const auto acme = world.makeTenant("acme");
        CPPUNIT_ASSERT(inUse.of(acme).costs.empty());
        world.makeUser(acme, "ann@acme.example");
        world.clock.advance(-std::chrono::hours(1));
        CPPUNIT_ASSERT(inUse.of(acme).costs == Costs({{8, 1}}));
    }

    void keepsTheLastReadingWhereTheDatabaseDoesNotAnswer() {
        World world;
        domain::PasswordsInUse inUse(world.stores, world.clock);
        const auto acme = world.makeTenant("acme"), globex = world.makeTenant("globex");
        world.makeUser(acme, "ann@acme.example");
        CPPUNIT_ASSERT(inUse.of(acme).costs == Costs({{8, 1}}));
        world.clock.advance(std::chrono::minutes(2));
        world.stores.be(InMemoryStores::Reach::kUnreachable);
        CPPUNIT_ASSERT(inUse.of(acme).costs == Costs({{8, 1}}));
        CPPUNIT_ASSERT_THROW(inUse.of(globex), domain::StorageUnavailable);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PasswordsInUseTest);

}  // namespace
}  // namespace claviger::tests

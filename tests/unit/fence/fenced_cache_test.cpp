// The cache returns an entry only while the fence holds.

#include "domain/fence/fenced_cache.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

#include "tests/support/hand_fence.h"

namespace claviger::tests {
namespace {

using domain::CacheStamp;
using domain::Shard;
using domain::ShardCounters;

constexpr Shard kUser{7}, kKey{9}, kOther{8};

class FencedCacheTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(FencedCacheTest);
    CPPUNIT_TEST(givesBackWhatHolds);
    CPPUNIT_TEST(forgetsWhomAnyOfItsShardsConcerns);
    CPPUNIT_TEST(keepsWhomNoneConcerns);
    CPPUNIT_TEST(isRaisedBetweenReadingAndKeepingAndHoldsNot);
    CPPUNIT_TEST(givesNothingBackWhileTheFenceIsDown);
    CPPUNIT_TEST(neverHoldsMoreThanItsCapacity);
    CPPUNIT_TEST(makesRoomByTheLeastRecentlyUsed);
    CPPUNIT_TEST(remembersNothingWithoutCapacity);
    CPPUNIT_TEST_SUITE_END();

    HandFence fence_;
    domain::FencedCache<std::string, int> cache_{fence_, 8};

    ShardCounters before() const {
        ShardCounters counters;
        fence_.read(counters);
        return counters;
    }
    void keep(const std::string& name, int value) { cache_.keep(name, value, {before(), {kUser, kKey}}); }

    void givesBackWhatHolds() {
        CPPUNIT_ASSERT(!cache_.find("a"));
        keep("a", 1);
        keep("a", 2);
        CPPUNIT_ASSERT(cache_.find("a") == 2);
        CPPUNIT_ASSERT(!cache_.find("b"));
    }

    void forgetsWhomAnyOfItsShardsConcerns() {
        for (const auto shard : {kUser, kKey}) {
            keep("a", 1);
            fence_.bump({shard});
            CPPUNIT_ASSERT(!cache_.find("a"));
        }
    }

    void keepsWhomNoneConcerns() {
        keep("a", 1);
        fence_.bump({kOther});
        CPPUNIT_ASSERT(cache_.find("a") == 1);
    }

    void isRaisedBetweenReadingAndKeepingAndHoldsNot() {
        const auto counters = before();
        fence_.bump({kKey});  // while the database was being queried
        cache_.keep("a", 1, {counters, {kUser, kKey}});
        CPPUNIT_ASSERT(!cache_.find("a"));
    }

    void givesNothingBackWhileTheFenceIsDown() {
        keep("a", 1);
        fence_.fresh = false;
        CPPUNIT_ASSERT(!cache_.find("a"));
        fence_.fresh = true;
        CPPUNIT_ASSERT(cache_.find("a") == 1);
    }

    int held() {
        int count = 0;
        for (int i = 0; i < 1000; ++i) count += cache_.find(std::to_string(i)) ? 1 : 0;
        return count;
    }

    void neverHoldsMoreThanItsCapacity() {
        for (int i = 0; i < 1000; ++i) keep(std::to_string(i), i);
        CPPUNIT_ASSERT_EQUAL(8, held());
    }

    void makesRoomByTheLeastRecentlyUsed() {
        for (int i = 0; i < 8; ++i) keep(std::to_string(i), i);
        CPPUNIT_ASSERT(cache_.find("0") == 0);
        keep("8", 8);
        CPPUNIT_ASSERT(cache_.find("0") == 0);
        CPPUNIT_ASSERT(!cache_.find("1"));
    }

    void remembersNothingWithoutCapacity() {
        domain::FencedCache<std::string, int> none(fence_, 0);
        none.keep("a", 1, {before(), {kUser}});
        CPPUNIT_ASSERT(!none.find("a"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FencedCacheTest);

}  // namespace
}  // namespace claviger::tests

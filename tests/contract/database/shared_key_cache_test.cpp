// The active keys that a host caches: one cache for all its workers, behind the fence.

#include "persistence/fence/shared_key_cache.h"

#include <cppunit/extensions/HelperMacros.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "tests/contract/database/key_cache_worker.h"

namespace claviger::tests {
namespace {

using domain::ActiveKey;
using domain::secrets::KeyHash;
using persistence::Segment;
using persistence::SharedFence;
using Bucket = persistence::KeyBucket<ActiveKey>;
using namespace std::chrono_literals;

class SharedKeyCacheTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SharedKeyCacheTest);
    CPPUNIT_TEST(aKeyThatOneWorkerCachedIsFoundByAll);
    CPPUNIT_TEST(outlivesTheWorkerThatCachedIt);
    CPPUNIT_TEST(findsNothingForAnotherHash);
    CPPUNIT_TEST(findsNothingOnceAShardOfTheKeyWasBumped);
    CPPUNIT_TEST(findsNothingWithoutALease);
    CPPUNIT_TEST(findsNothingThatIsOlderThanAMinute);
    CPPUNIT_TEST(replacesTheEntryOfAKey);
    CPPUNIT_TEST(evictsTheLeastRecentlyUsedKeyOfABucket);
    CPPUNIT_TEST(goesOnBesideAPlaceThatAKilledWorkerLeft);
    CPPUNIT_TEST(cachesNothingWithoutPlaces);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        one_.reset(), other_.reset();
        const int fd = Segment::make(Bucket::kPlaces);
        one_.emplace(fd), other_.emplace(fd);
        ::close(fd);
        one_->fence.lease(SharedFence::now() + 1h);
    }

private:
    auto& places() { return one_->segment.activeKeys()[0].places; }

    void aKeyThatOneWorkerCachedIsFoundByAll() {
        const auto key = newActiveKey();
        CPPUNIT_ASSERT(!other_->keys.find(hashOf(1)));
        one_->keep(hashOf(1), key);
        for (auto* const worker : {&*one_, &*other_}) {
            const auto found = worker->keys.find(hashOf(1));
            CPPUNIT_ASSERT(found && found->id == key.id && found->user == key.user);
        }
    }

    void outlivesTheWorkerThatCachedIt() {
        one_->keep(hashOf(1), newActiveKey());
        one_.reset();
        CPPUNIT_ASSERT(other_->keys.find(hashOf(1)));
    }

    void findsNothingForAnotherHash() {
        one_->keep(hashOf(1), newActiveKey());
        auto bytes = hashOf(1).bytes();
        bytes.back() = '\2';  // the same bucket and the same beginning
        CPPUNIT_ASSERT(!one_->keys.find(KeyHash::fromStored(bytes).value()));
        CPPUNIT_ASSERT(!one_->keys.find(hashOf(2)));
    }

    void findsNothingOnceAShardOfTheKeyWasBumped() {
        const auto key = newActiveKey();
        for (const auto shard : {shardOf(key.id), shardOf(key.user)}) {
            one_->keep(hashOf(1), key);
            other_->fence.bump({shard});
            CPPUNIT_ASSERT(!one_->keys.find(hashOf(1)));
        }
        one_->keep(hashOf(1), key);
        CPPUNIT_ASSERT(one_->keys.find(hashOf(1)));
        other_->fence.bumpAll();
        CPPUNIT_ASSERT(!one_->keys.find(hashOf(1)));
    }

    void findsNothingWithoutALease() {
        one_->keep(hashOf(1), newActiveKey());
        other_->fence.lower();
        CPPUNIT_ASSERT(!one_->keys.find(hashOf(1)));
    }

    void findsNothingThatIsOlderThanAMinute() {
        one_->keep(hashOf(1), newActiveKey());
        for (auto& place : places()) {
            auto entry = place.entry.load();
            if (!entry) continue;
            entry->since -= std::chrono::nanoseconds(61s).count();
            CPPUNIT_ASSERT(place.entry.store(*entry));
        }
        CPPUNIT_ASSERT(!one_->keys.find(hashOf(1)));
    }

    void replacesTheEntryOfAKey() {
        const auto next = newActiveKey();
        one_->keep(hashOf(1), newActiveKey());
        other_->keep(hashOf(1), next);
        CPPUNIT_ASSERT(one_->keys.find(hashOf(1))->id == next.id);
        int held = 0;
        for (auto& place : places()) held += place.entry.load() ? 1 : 0;
        CPPUNIT_ASSERT_EQUAL(1, held);
    }

    void evictsTheLeastRecentlyUsedKeyOfABucket() {
        constexpr int kPlaces = Bucket::kPlaces;
        for (int i = 0; i < kPlaces; ++i) one_->keep(hashOf(i), newActiveKey());
        for (auto& place : places()) place.usedAt = place.entry.load()->hash == hashOf(3) ? 1 : 2;
        one_->keep(hashOf(kPlaces), newActiveKey());
        for (int i = 0; i <= kPlaces; ++i) CPPUNIT_ASSERT_EQUAL(i != 3, one_->keys.find(hashOf(i)).has_value());
    }

    void goesOnBesideAPlaceThatAKilledWorkerLeft() {
        one_->keep(hashOf(1), newActiveKey());
        for (auto& place : places())
            if (place.entry.load()) ++reinterpret_cast<std::atomic<std::uint64_t>&>(place.entry);  // taken
        CPPUNIT_ASSERT(!one_->keys.find(hashOf(1)));
        one_->keep(hashOf(1), newActiveKey());
        CPPUNIT_ASSERT(one_->keys.find(hashOf(1)));
        for (int i = 2; i < 20; ++i) {
            one_->keep(hashOf(i), newActiveKey());
            CPPUNIT_ASSERT(other_->keys.find(hashOf(i)));
        }
    }

    void cachesNothingWithoutPlaces() {
        const int fd = Segment::make(0);
        KeyCacheWorker none(fd);
        ::close(fd);
        none.fence.lease(SharedFence::now() + 1h);
        none.keep(hashOf(1), newActiveKey());
        CPPUNIT_ASSERT(!none.keys.find(hashOf(1)));
    }

    std::optional<KeyCacheWorker> one_, other_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SharedKeyCacheTest);

}  // namespace
}  // namespace claviger::tests

// Which of the cached keys of a host are due to be renewed, and what renewing does to them.

#include "persistence/fence/shared_cached_keys.h"

#include <cppunit/extensions/HelperMacros.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <optional>

#include "persistence/fence/key_places.h"
#include "tests/contract/database/key_cache_worker.h"

namespace claviger::tests {
namespace {

using persistence::Segment;
using persistence::SharedFence;
using namespace std::chrono_literals;

class SharedCachedKeysTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SharedCachedKeysTest);
    CPPUNIT_TEST(aYoungEntryThatHoldsIsNotDue);
    CPPUNIT_TEST(anEntryIsDueFromHalfItsAgeOn);
    CPPUNIT_TEST(anEntryThatHoldsNoMoreIsDue);
    CPPUNIT_TEST(aKeyThatWasNotUsedForAMinuteIsNotDue);
    CPPUNIT_TEST(nothingIsDueWithoutALease);
    CPPUNIT_TEST(aRenewedKeyHoldsAgainAndIsNoMoreUsed);
    CPPUNIT_TEST(aRenewedKeyHoldsOnlyWithItsStamp);
    CPPUNIT_TEST(aKeyThatWasGivenUpIsNotDue);
    CPPUNIT_TEST(renewsNothingThatWasEvicted);
    CPPUNIT_TEST(passesAllKeysInParts);
    CPPUNIT_TEST(takesNoMemoryForKeysThatNeverWere);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        fd_ = Segment::make(kKeys);
        worker_.emplace(fd_);
        cached_.emplace(worker_->segment.activeKeys(), worker_->fence);
        worker_->fence.lease(SharedFence::now() + 1h);
    }
    void tearDown() override {
        cached_.reset(), worker_.reset();
        ::close(fd_);
    }

private:
    static constexpr std::size_t kKeys = 1'000'000;

    // Changes the one entry that is there.
    template <class Change>
    void change(const domain::secrets::KeyHash& hash, const Change& change) {
        auto* const bucket = persistence::bucketOf(worker_->segment.activeKeys(), hash);
        for (auto& place : bucket->places) {
            auto entry = place.entry.load();
            if (entry && entry->hash == hash) change(place, *entry);
        }
    }
    void age(const domain::secrets::KeyHash& hash, std::chrono::nanoseconds by) {
        change(hash, [&](auto& place, auto& entry) {
            entry.since -= by.count();
            CPPUNIT_ASSERT(place.entry.store(entry));
        });
    }

    std::size_t due() { return cached_->nextDue(100).size(); }

    void aYoungEntryThatHoldsIsNotDue() {
        worker_->keep(hashOf(1), newActiveKey());
        age(hashOf(1), 29s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, due());
    }

    void anEntryIsDueFromHalfItsAgeOn() {
        worker_->keep(hashOf(1), newActiveKey());
        age(hashOf(1), 31s);
        const auto due = cached_->nextDue(100);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, due.size());
        CPPUNIT_ASSERT(due[0] == hashOf(1));
        CPPUNIT_ASSERT(cached_->nextDue(100).empty());
    }

    void anEntryThatHoldsNoMoreIsDue() {
        const auto key = newActiveKey();
        worker_->keep(hashOf(1), key);
        worker_->fence.bump({shardOf(key.id)});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, due());
    }

    void aKeyThatWasNotUsedForAMinuteIsNotDue() {
        worker_->keep(hashOf(1), newActiveKey());
        age(hashOf(1), 31s);
        change(hashOf(1), [](auto& place, auto&) { place.usedAt -= 61; });
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, due());
    }

    void nothingIsDueWithoutALease() {
        worker_->keep(hashOf(1), newActiveKey());
        worker_->fence.lower();
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, due());
    }

    void aRenewedKeyHoldsAgainAndIsNoMoreUsed() {
        const auto key = newActiveKey();
        worker_->keep(hashOf(1), key);
        worker_->fence.bumpAll();
        CPPUNIT_ASSERT(!worker_->keys.find(hashOf(1)));
        change(hashOf(1), [](auto& place, auto&) { place.usedAt = 7; });
        cached_->renew(hashOf(1), key, worker_->stampOf(key));
        change(hashOf(1), [](auto& place, auto&) { CPPUNIT_ASSERT_EQUAL(std::uint32_t{7}, place.usedAt.load()); });
        CPPUNIT_ASSERT(worker_->keys.find(hashOf(1))->id == key.id);
    }

    void aRenewedKeyHoldsOnlyWithItsStamp() {
        const auto key = newActiveKey();
        worker_->keep(hashOf(1), key);
        const auto before = worker_->stampOf(key);
        worker_->fence.bump({shardOf(key.id)});
        cached_->renew(hashOf(1), key, before);
        CPPUNIT_ASSERT(!worker_->keys.find(hashOf(1)));
    }

    void aKeyThatWasGivenUpIsNotDue() {
        const auto key = newActiveKey();
        worker_->keep(hashOf(1), key);
        worker_->fence.bumpAll();
        cached_->giveUp(hashOf(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, due());
        worker_->keep(hashOf(1), key);
        worker_->fence.bumpAll();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, due());
    }

    void renewsNothingThatWasEvicted() {
        const auto key = newActiveKey();
        cached_->renew(hashOf(1), key, worker_->stampOf(key));
        CPPUNIT_ASSERT(!worker_->keys.find(hashOf(1)));
    }

    void passesAllKeysInParts() {
        for (int i = 0; i < 100; ++i) worker_->keep(hashOf(i), newActiveKey());
        worker_->fence.bumpAll();
        std::size_t all = 0;
        for (auto part = cached_->nextDue(8); !part.empty(); part = cached_->nextDue(8)) {
            CPPUNIT_ASSERT(part.size() <= 8);
            all += part.size();
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{100}, all);
    }

    void takesNoMemoryForKeysThatNeverWere() {
        worker_->keep(hashOf(1), newActiveKey());
        const auto before = blocks();
        (void)due();
        CPPUNIT_ASSERT_EQUAL(before, blocks());
    }

    std::int64_t blocks() const {
        struct stat file {};
        ::fstat(fd_, &file);
        return file.st_blocks;
    }

    int fd_ = -1;
    std::optional<KeyCacheWorker> worker_;
    std::optional<persistence::SharedCachedKeys> cached_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SharedCachedKeysTest);

}  // namespace
}  // namespace claviger::tests

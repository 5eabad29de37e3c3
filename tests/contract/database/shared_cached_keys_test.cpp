// Which of the cached keys of a host are due to be renewed, and what renewing does to them.

#include "persistence/fence/shared_cached_keys.h"

#include <cppunit/extensions/HelperMacros.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>
#include <vector>

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
    CPPUNIT_TEST(givesNoMoreThanWasAskedFor);
    CPPUNIT_TEST(aRoundLooksAtOnePartAndAllPartsAreEachEntryOnce);
    CPPUNIT_TEST(aFewThatHoldNoMoreWaitForTheirPart);
    CPPUNIT_TEST(manyThatHoldNoMoreAreDueInOneRound);
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

    using Hashes = std::vector<domain::secrets::KeyHash>;

    // The keys that one round finds due. None of them is renewed.
    Hashes round(std::size_t most = 100) {
        Hashes all;
        for (auto due = cached_->nextDue(most); !due.empty(); due = cached_->nextDue(most)) {
            CPPUNIT_ASSERT(due.size() <= most);
            all.insert(all.end(), due.begin(), due.end());
        }
        return all;
    }
    Hashes rounds() {
        Hashes all;
        for (std::size_t i = 0; i < persistence::SharedCachedKeys::kParts; ++i) {
            const auto due = round();
            all.insert(all.end(), due.begin(), due.end());
        }
        return all;
    }
    static std::size_t distinct(Hashes hashes) {
        const auto octets = [](const auto& a, const auto& b) {
            return std::lexicographical_compare(a.octets().begin(), a.octets().end(), b.octets().begin(),
                                                b.octets().end());
        };
        std::sort(hashes.begin(), hashes.end(), octets);
        return static_cast<std::size_t>(std::unique(hashes.begin(), hashes.end()) - hashes.begin());
    }
    std::size_t due() { return distinct(rounds()); }

    // Caches so many keys, all over the buckets. Returns the last one.
    domain::ActiveKey keepMany(int count, std::chrono::nanoseconds age) {
        std::mt19937_64 random(7);
        auto key = newActiveKey();
        for (int i = 0; i < count; ++i) {
            std::string bytes(domain::secrets::KeyHash::kSize, '\1');
            std::generate_n(bytes.begin(), 8, [&] { return static_cast<char>(random()); });
            const auto hash = domain::secrets::KeyHash::fromStored(bytes).value();
            worker_->keep(hash, key = newActiveKey());
            this->age(hash, age);
        }
        return key;
    }

    void aYoungEntryThatHoldsIsNotDue() {
        worker_->keep(hashOf(1), newActiveKey());
        age(hashOf(1), 29s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, due());
    }

    void anEntryIsDueFromHalfItsAgeOn() {
        worker_->keep(hashOf(1), newActiveKey());
        age(hashOf(1), 31s);
        const auto due = rounds();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, due.size());
        CPPUNIT_ASSERT(due[0] == hashOf(1));
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

    void givesNoMoreThanWasAskedFor() {
        keepMany(2000, 31s);
        std::size_t all = 0;
        for (std::size_t i = 0; i < persistence::SharedCachedKeys::kParts; ++i) all += round(8).size();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2000}, all);
    }

    void aRoundLooksAtOnePartAndAllPartsAreEachEntryOnce() {
        keepMany(2000, 31s);
        const auto one = round();
        CPPUNIT_ASSERT(!one.empty() && one.size() < 100);
        const auto all = rounds();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2000}, all.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{2000}, distinct(all));
    }

    void aFewThatHoldNoMoreWaitForTheirPart() {
        worker_->fence.bump({shardOf(keepMany(2000, 0s).id)});
        const auto all = rounds();
        CPPUNIT_ASSERT(!all.empty() && all.size() < 50);
        CPPUNIT_ASSERT_EQUAL(all.size(), distinct(all));
    }

    void manyThatHoldNoMoreAreDueInOneRound() {
        keepMany(2000, 0s);
        worker_->fence.bumpAll();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2000}, distinct(round()));
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

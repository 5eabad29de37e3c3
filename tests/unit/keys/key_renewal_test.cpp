#include "domain/keys/key_renewal.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <string>
#include <utility>

#include "tests/support/map_key_index.h"
#include "tests/support/recorded_faults.h"

namespace claviger::tests {
namespace {

using domain::ActiveKey;
using domain::CacheStamp;
using domain::IndexedKey;
using domain::secrets::KeyHash;

// The keys of a cache, each due until it is renewed or given up.
class DueKeys final : public domain::CachedKeys {
public:
    struct Renewed {
        KeyHash hash;
        ActiveKey key;
        CacheStamp stamp;
    };
    std::vector<KeyHash> due;
    std::vector<Renewed> renewed;
    std::vector<KeyHash> givenUp;
    std::size_t most = 0;  // the largest number that a caller wanted

    std::vector<KeyHash> nextDue(std::size_t atMost) override {
        most = std::max(most, atMost);
        const auto end = due.begin() + static_cast<std::ptrdiff_t>(std::min(atMost, due.size()));
        std::vector<KeyHash> next(due.begin(), end);
        due.erase(due.begin(), end);
        return next;
    }
    void renew(const KeyHash& hash, const ActiveKey& key, const CacheStamp& stamp) override {
        renewed.push_back({hash, key, stamp});
    }
    void giveUp(const KeyHash& hash) override { givenUp.push_back(hash); }
};

// A fence with one counter for all shards.
class CountingFence final : public domain::Fence {
public:
    domain::ShardCounter counter = 0;

    void read(domain::ShardCounters& counters) const override { counters.fill(counter); }
    bool holds(std::span<const domain::StampPart>) const override { return true; }
    void bump(const domain::Invalidations&) override { ++counter; }
    bool isAlone() const override { return true; }
    std::chrono::milliseconds lapsedFor() const override { return {}; }
    std::optional<domain::SegmentId> segment() const override { return std::nullopt; }
};

// While it answers, each shard is bumped.
class BumpedIndex final : public domain::KeyIndex {
public:
    BumpedIndex(const domain::KeyIndex& index, CountingFence& fence) : index_(index), fence_(fence) {}

    std::vector<std::optional<IndexedKey>> find(const std::vector<domain::KeyHashes>& sought) const override {
        auto found = index_.find(sought);
        fence_.bump({});
        return found;
    }

private:
    const domain::KeyIndex& index_;
    CountingFence& fence_;
};

class DownIndex final : public domain::KeyIndex {
    std::vector<std::optional<IndexedKey>> find(const std::vector<domain::KeyHashes>&) const override {
        throw domain::StorageUnavailable("down");
    }
};

class KeyRenewalTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(KeyRenewalTest);
    CPPUNIT_TEST(renewsAKeyThatTheIndexHas);
    CPPUNIT_TEST(givesUpAKeyThatTheIndexLacks);
    CPPUNIT_TEST(asksForManyKeysAtOnce);
    CPPUNIT_TEST(stampsWithTheCountersFromBeforeTheQuery);
    CPPUNIT_TEST(goesOnAfterAFailure);
    CPPUNIT_TEST_SUITE_END();

    static KeyHash hashOf(std::size_t number) {
        auto bytes = std::to_string(number);
        bytes.resize(KeyHash::kSize);
        return KeyHash::fromStored(bytes).value();
    }

    KeyHash addDue(std::size_t number) {
        keys_.due.push_back(hashOf(number));
        return keys_.due.back();
    }

    ActiveKey index(const KeyHash& hash) {
        const auto now = domain::SystemClock().now();
        const ActiveKey key{domain::ApiKeyId::make(now), domain::UserId::make(now)};
        index_.keys.emplace(hash, IndexedKey{tenant_, {key, 1}});
        return key;
    }

    void renewsAKeyThatTheIndexHas() {
        const auto hash = addDue(1);
        const auto key = index(hash);
        renewal_.renewDue();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keys_.renewed.size());
        const auto& [renewed, renewedKey, stamp] = keys_.renewed[0];
        CPPUNIT_ASSERT(renewed == hash && renewedKey.id == key.id && renewedKey.user == key.user);
        std::vector<domain::Shard> shards;
        for (const auto& part : stamp) shards.push_back(part.shard);
        CPPUNIT_ASSERT(shards == std::vector({shardOf(key.id), shardOf(key.user), shardOf(tenant_)}));
        CPPUNIT_ASSERT(keys_.givenUp.empty());
    }

    void givesUpAKeyThatTheIndexLacks() {
        const auto key = addDue(1);
        renewal_.renewDue();
        CPPUNIT_ASSERT(keys_.renewed.empty());
        CPPUNIT_ASSERT(keys_.givenUp == std::vector{key});
    }

    void asksForManyKeysAtOnce() {
        for (std::size_t i = 0; i < 1200; ++i) index(addDue(i));
        renewal_.renewDue();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1200}, keys_.renewed.size());
        CPPUNIT_ASSERT_EQUAL(3, index_.asked);
        CPPUNIT_ASSERT_EQUAL(std::size_t{500}, keys_.most);
    }

    // A change that the query has not seen bumps a counter meanwhile, so the entry does not hold.
    void stampsWithTheCountersFromBeforeTheQuery() {
        index(addDue(1));
        const BumpedIndex bumped(index_, fence_);
        domain::KeyRenewal(bumped, keys_, fence_, faults_).renewDue();
        for (const auto& part : keys_.renewed.at(0).stamp) CPPUNIT_ASSERT(part.counter < fence_.counter);
    }

    void goesOnAfterAFailure() {
        addDue(1);
        const DownIndex down;
        std::vector<std::chrono::milliseconds> pauses;
        domain::KeyRenewal(down, keys_, fence_, faults_).run([&](std::chrono::milliseconds pause) {
            pauses.push_back(pause);
            return pauses.size() < 2;  // nothing is due in the second round
        });
        CPPUNIT_ASSERT(pauses[0] > pauses[1]);
        CPPUNIT_ASSERT_EQUAL(1, faults_.failures.load());
        CPPUNIT_ASSERT_EQUAL(1, faults_.successes.load());
    }

    const domain::TenantId tenant_ = domain::TenantId::make(domain::SystemClock().now());
    MapKeyIndex index_;
    DueKeys keys_;
    CountingFence fence_;
    RecordedFaults faults_;
    domain::KeyRenewal renewal_{index_, keys_, fence_, faults_};
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeyRenewalTest);

}  // namespace
}  // namespace claviger::tests

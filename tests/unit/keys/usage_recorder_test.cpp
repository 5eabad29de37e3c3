#include "domain/keys/usage_recorder.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "tests/support/interrupted_stores.h"
#include "tests/unit/scene_fixture.h"

namespace claviger::tests {
namespace {

using domain::Timestamp;
using domain::UsageRecorder;
using namespace std::chrono_literals;

// The state that each test starts from.
struct Scene : TwoTenants {
    domain::ApiKeyId key = makeKey(acme);
    domain::ApiKeyId other = makeKey(globex);
    Timestamp now = world.clock.now();
    RecordedFaults faults;
    std::optional<UsageRecorder> recorder{std::in_place, world.stores, world.directory, faults};

    domain::ApiKeyId makeKey(const domain::Tenant& tenant) {
        const auto user = world.makeUser(tenant, "ann@example.com");
        return world.apiKeys.create(world.makeActor(tenant, user), newKey("Zapier")).value().key.id;
    }
};

class UsageRecorderTest : public SceneFixture<Scene> {
    CPPUNIT_TEST_SUITE(UsageRecorderTest);
    CPPUNIT_TEST(writesTheLatestOfManyUses);
    CPPUNIT_TEST(countsEveryUse);
    CPPUNIT_TEST(remembersWhoUsedItLast);
    CPPUNIT_TEST(neverGoesBackwards);
    CPPUNIT_TEST(writesEachTenantsUsesToThatTenant);
    CPPUNIT_TEST(writesManyTenantsByTurns);
    CPPUNIT_TEST(whoWaitedIsWrittenWithinFifteenTurns);
    CPPUNIT_TEST(writesInPartsWithPauses);
    CPPUNIT_TEST(leavesTheRestOfItsPartsWhereAPauseEnds);
    CPPUNIT_TEST(manyKeysDoNotWaitForTheirTurn);
    CPPUNIT_TEST(manyKeysOfOneTenantAreWrittenByTheThousand);
    CPPUNIT_TEST(manyKeysDoNotWaitForTwoSeconds);
    CPPUNIT_TEST(whereNothingCanBeWrittenManyKeysAskNoSooner);
    CPPUNIT_TEST(keepsAndReportsWhatCannotBeWritten);
    CPPUNIT_TEST(givesUpTheUsesOfATenantThatWasDropped);
    CPPUNIT_TEST(doesNotAskForTheTenantInAnOutage);
    CPPUNIT_TEST(saysThatItWorksOnceEveryTenantIsWritten);
    CPPUNIT_TEST(writesWithoutBeingAsked);
    CPPUNIT_TEST(writesAtItsEnd);
    CPPUNIT_TEST(atItsEndItWritesSeveralTenantsAtATime);
    CPPUNIT_TEST(losesNothingOfManyThreads);
    CPPUNIT_TEST_SUITE_END();

    UsageRecorder& recorder() { return *scene_->recorder; }
    void note(std::chrono::microseconds after) {
        recorder().note(scene_->acme, {scene_->key, scene_->now + after, callerAt(after)});
    }

    // Another caller each time.
    static domain::ClientInfo callerAt(std::chrono::microseconds after) {
        return {"203.0.113.9", "n8n/" + std::to_string(after.count())};
    }
    domain::ApiKey key() const { return scene_->world.stores.data(scene_->acme).keys.at(scene_->key).key; }

    // How long after the scene's moment the key was last used.
    std::optional<std::chrono::microseconds> lastUse(const domain::Tenant& tenant, const domain::ApiKeyId& key) const {
        const auto at = scene_->world.stores.data(tenant).keys.at(key).key.lastUsedAt;
        return at ? std::optional(*at - scene_->now) : std::nullopt;
    }
    std::optional<std::chrono::microseconds> lastUse() const { return lastUse(scene_->acme, scene_->key); }

    void writesTheLatestOfManyUses() {
        note(2s);
        note(3s);
        note(1s);
        recorder().flush();
        CPPUNIT_ASSERT(lastUse() == 3s);
    }

    void countsEveryUse() {
        for (int round = 1; round <= 3; ++round) {
            for (int i = 0; i < 5; ++i) note(std::chrono::microseconds{i});
            recorder().flush();
            CPPUNIT_ASSERT_EQUAL(std::int64_t{5} * round, key().uses);
        }
    }

    void remembersWhoUsedItLast() {
        note(2s);
        note(3s);
        note(1s);
        recorder().flush();
        CPPUNIT_ASSERT(key().lastCaller == callerAt(3s));
        note(2s);
        recorder().flush();
        CPPUNIT_ASSERT(key().lastCaller == callerAt(3s));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{4}, key().uses);
    }

    void neverGoesBackwards() {
        note(3s);
        recorder().flush();
        note(1s);
        recorder().flush();
        CPPUNIT_ASSERT(lastUse() == 3s);
    }

    void writesEachTenantsUsesToThatTenant() {
        note(1s);
        recorder().note(scene_->globex, {scene_->other, scene_->now + 2s});
        recorder().flush();
        CPPUNIT_ASSERT(lastUse() == 1s);
        CPPUNIT_ASSERT(lastUse(scene_->globex, scene_->other) == 2s);
    }

    struct Used {
        domain::Tenant tenant;
        domain::ApiKeyId key;
    };

    // Makes tenants with one key each, and records a use of each key.
    std::vector<Used> useOfMany(std::size_t count) {
        auto& world = scene_->world;
        const auto account = world.stores.data(scene_->acme).accounts.begin()->second;
        std::vector<Used> all;
        for (std::size_t i = 0; i < count; ++i) {
            const auto tenant = world.makeTenant("many-" + std::to_string(i));
            (void)world.stores.transact<void>(tenant,
                                              [&](domain::TenantStore& store) { return store.users().add(account); });
            const auto actor = world.makeActor(tenant, account.user);
            all.push_back({tenant, world.apiKeys.create(actor, newKey("Zapier")).value().key.id});
            recorder().note(tenant, {all.back().key, scene_->now});
        }
        return all;
    }

    std::size_t written(const std::vector<Used>& all) const {
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [&](const auto& used) { return lastUse(used.tenant, used.key); }));
    }

    // The recorder's own thread may have had a turn or two by then.
    void writesManyTenantsByTurns() {
        const auto all = useOfMany(300);
        recorder().flushTurn();
        CPPUNIT_ASSERT(written(all) >= 50);
        CPPUNIT_ASSERT(written(all) < 300);
        CPPUNIT_ASSERT(lastUse(all.front().tenant, all.front().key));
        CPPUNIT_ASSERT(!lastUse(all.back().tenant, all.back().key));
    }

    void whoWaitedIsWrittenWithinFifteenTurns() {
        const auto all = useOfMany(1500);
        for (int turn = 0; turn < 15; ++turn) {
            // A key in constant use makes no other key wait.
            for (std::size_t i = 0; i < 100; ++i) recorder().note(all[i].tenant, {all[i].key, scene_->now});
            recorder().flushTurn();
        }
        CPPUNIT_ASSERT_EQUAL(all.size(), written(all));
    }

    void writesInPartsWithPauses() {
        const auto all = useOfMany(100);
        std::vector<std::size_t> after;
        recorder().flushInParts(10, [&] {
            after.push_back(written(all));
            return true;
        });
        CPPUNIT_ASSERT_EQUAL(std::size_t{10}, after.size());
        for (std::size_t part = 0; part < after.size(); ++part) CPPUNIT_ASSERT_EQUAL(10 * (part + 1), after[part]);
    }

    void leavesTheRestOfItsPartsWhereAPauseEnds() {
        const auto all = useOfMany(100);
        recorder().flushInParts(10, [] { return false; });
        CPPUNIT_ASSERT_EQUAL(std::size_t{10}, written(all));
        scene_->recorder.reset();
        CPPUNIT_ASSERT_EQUAL(all.size(), written(all));
    }

    void manyKeysDoNotWaitForTheirTurn() {
        const auto all = useOfMany(100);
        useOtherKeys(all.back().tenant, 41'000);
        const auto end = std::chrono::steady_clock::now() + 1900ms;  // in which the clock gives a turn to 50 tenants
        while (written(all) < all.size() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
        CPPUNIT_ASSERT_EQUAL(all.size(), written(all));
    }

    void useOtherKeys(const domain::Tenant& tenant, int count) {
        for (int i = 0; i < count; ++i) recorder().note(tenant, {domain::ApiKeyId::make(scene_->now), {}});
    }

    void manyKeysOfOneTenantAreWrittenByTheThousand() {
        useOtherKeys(scene_->acme, 2500);
        note(1s);
        recorder().flush();
        CPPUNIT_ASSERT(lastUse() == 1s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, scene_->world.stores.data(scene_->acme).mostUsesAtOnce);
    }

    // Takes the best of five tries, since the machine may be busy.
    void manyKeysDoNotWaitForTwoSeconds() {
        auto quickest = std::chrono::steady_clock::duration::max();
        for (int i = 1; i <= 5; ++i) {
            const auto begin = awaitTurn(2 * i - 1);
            note(std::chrono::microseconds{2 * i});
            useOtherKeys(scene_->acme, 41'000);
            quickest = std::min(quickest, awaitUse(2 * i) - begin);
            if (quickest < 1s) return;
        }
        CPPUNIT_FAIL("the keys waited for two seconds");
    }

    // Returns right after a turn of the recorder's own thread.
    std::chrono::steady_clock::time_point awaitTurn(int after) {
        note(std::chrono::microseconds{after});
        return awaitUse(after);
    }

    std::chrono::steady_clock::time_point awaitUse(int after) {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (lastUse() != std::chrono::microseconds{after}) {
            CPPUNIT_ASSERT(std::chrono::steady_clock::now() < end);
            std::this_thread::sleep_for(5ms);
        }
        return std::chrono::steady_clock::now();
    }

    void whereNothingCanBeWrittenManyKeysAskNoSooner() {
        scene_->world.stores.be(InMemoryStores::Reach::kUnreachable);
        useOtherKeys(scene_->acme, 41'000);
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (scene_->faults.failures == 0 && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
        std::this_thread::sleep_for(500ms);
        CPPUNIT_ASSERT(scene_->faults.failures >= 1);
        CPPUNIT_ASSERT(scene_->faults.failures <= 2);
        scene_->world.stores.be(InMemoryStores::Reach::kReachable);
    }

    void keepsAndReportsWhatCannotBeWritten() {
        scene_->world.stores.be(InMemoryStores::Reach::kUnreachable);
        note(1s);
        recorder().flush();
        CPPUNIT_ASSERT(scene_->faults.failures >= 1);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, key().uses);
        scene_->world.stores.be(InMemoryStores::Reach::kReachable);
        recorder().flush();
        CPPUNIT_ASSERT(lastUse() == 1s);
    }

    void givesUpTheUsesOfATenantThatWasDropped() {
        auto& stores = scene_->world.stores;
        using Writes = InMemoryStores::Writes;
        for (const auto& tenant : {scene_->acme, scene_->globex}) stores.be(Writes::kGone, tenant);
        scene_->world.directory.close(scene_->acme.id);
        note(1s);
        recorder().flush();
        CPPUNIT_ASSERT_EQUAL(0, scene_->faults.failures.load());
        recorder().note(scene_->globex, {scene_->other, scene_->now + 1s});
        recorder().flush();
        CPPUNIT_ASSERT(scene_->faults.failures >= 1);
        for (const auto& tenant : {scene_->acme, scene_->globex}) stores.be(Writes::kWritable, tenant);
        recorder().flush();
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, key().uses);  // it did not wait for another turn
        CPPUNIT_ASSERT(lastUse(scene_->globex, scene_->other));
    }

    // In an outage that query would take as long again, in the place of a request. The uses wait.
    void doesNotAskForTheTenantInAnOutage() {
        auto& stores = scene_->world.stores;
        stores.be(InMemoryStores::Writes::kReadOnly, scene_->acme);
        scene_->world.directory.close(scene_->acme.id);
        note(1s);
        recorder().flush();
        CPPUNIT_ASSERT(scene_->faults.failures >= 1);
        stores.be(InMemoryStores::Writes::kWritable, scene_->acme);
        recorder().flush();
        CPPUNIT_ASSERT(lastUse() == 1s);
    }

    void saysThatItWorksOnceEveryTenantIsWritten() {
        auto& stores = scene_->world.stores;
        auto& faults = scene_->faults;
        stores.be(InMemoryStores::Writes::kReadOnly, scene_->globex);
        recorder().note(scene_->globex, {scene_->other, scene_->now});
        for (int i = 0; i < 120; ++i)
            recorder().note(scene_->world.makeTenant("t" + std::to_string(i)), {scene_->key, scene_->now});
        recorder().flushTurn();
        CPPUNIT_ASSERT(faults.failures >= 1);
        recorder().flushTurn();  // without the tenant that fails, which waits for its next turn
        CPPUNIT_ASSERT_EQUAL(0, faults.successes.load());
        stores.be(InMemoryStores::Writes::kWritable, scene_->globex);
        recorder().flush();
        CPPUNIT_ASSERT(faults.successes >= 1);
    }

    void writesWithoutBeingAsked() {
        note(1us);
        awaitUse(1);
    }

    void writesAtItsEnd() {
        note(1s);
        scene_->recorder.reset();
        CPPUNIT_ASSERT(lastUse() == 1s);
    }

    // Each write waits for another one beside it.
    void atItsEndItWritesSeveralTenantsAtATime() {
        InterruptedStores stores(scene_->world.stores);
        std::mutex mutex;
        std::condition_variable second;
        int begun = 0, together = 0;
        stores.before = [&] {
            std::unique_lock lock(mutex);
            ++begun;
            second.notify_all();
            if (second.wait_for(lock, 1s, [&] { return begun > 1; })) ++together;
        };
        scene_->recorder.emplace(stores, scene_->world.directory, scene_->faults);
        note(1s);
        recorder().note(scene_->globex, {scene_->other, scene_->now + 2s});
        std::this_thread::sleep_for(100ms);  // the writing thread waits for its turn when the end comes
        scene_->recorder.reset();
        CPPUNIT_ASSERT_EQUAL(2, together);
        CPPUNIT_ASSERT(lastUse() == 1s);
        CPPUNIT_ASSERT(lastUse(scene_->globex, scene_->other) == 2s);
    }

    void losesNothingOfManyThreads() {
        {
            std::vector<std::jthread> threads;
            for (int thread = 0; thread < 8; ++thread)
                threads.emplace_back([this, thread] {
                    for (int i = 0; i < 500; ++i) {
                        note(std::chrono::microseconds{thread * 500 + i});
                        if (i % 100 == 0) recorder().flush();
                    }
                });
        }
        recorder().flush();
        CPPUNIT_ASSERT(lastUse() == std::chrono::microseconds{3999});
        CPPUNIT_ASSERT_EQUAL(std::int64_t{4000}, key().uses);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(UsageRecorderTest);

}  // namespace
}  // namespace claviger::tests

#include "domain/keys/batched_lookup.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "tests/unit/scene_fixture.h"

namespace claviger::tests {
namespace {

using domain::KeyByHash;
using domain::KeyHashes;
using namespace std::chrono_literals;

// The stores of the world. Their results are held back until open().
class GatedStores final : public domain::TenantStores {
public:
    explicit GatedStores(const InMemoryStores& stores) : stores_(stores) {}

    int asked() const { return asked_; }
    void open() { open_ = true, open_.notify_all(); }

private:
    domain::Result<domain::EffectiveAt> runTransaction(const domain::Tenant&,
                                                       const std::function<Ending(domain::TenantStore&)>&) override {
        throw std::logic_error("a look-up changes nothing");
    }

    void runRead(const domain::Tenant& tenant,
                 const std::function<void(const domain::TenantStore&)>& work) const override {
        std::exception_ptr failure;
        try {
            stores_.read(tenant, [&](const domain::TenantStore& store) { return work(store), true; });
        } catch (...) {
            failure = std::current_exception();
        }
        ++asked_;
        asked_.notify_all();
        open_.wait(false);
        if (failure) std::rethrow_exception(failure);
    }

    const InMemoryStores& stores_;
    mutable std::atomic<int> asked_ = 0;
    std::atomic<bool> open_ = false;
};

using Lookup = domain::BatchedLookup<KeyHashes, KeyByHash>;

std::vector<KeyByHash> findByHash(const domain::TenantStore& store, const std::vector<KeyHashes>& sought) {
    return store.apiKeys().findByHash(sought);
}

constexpr int kFollowers = 5;

// The state that each test starts from.
struct Scene : TwoTenants {
    domain::Actor ann = world.makeActor(acme, world.makeUser(acme, "ann@acme.example"));
    std::vector<domain::IssuedApiKey> keys = makeKeys();

    std::vector<domain::IssuedApiKey> makeKeys() {
        std::vector<domain::IssuedApiKey> made;
        for (int i = 0; i <= kFollowers; ++i)
            made.push_back(world.apiKeys.create(ann, newKey("Key " + std::to_string(i))).value());
        return made;
    }
    KeyHashes hashesOf(int key) { return {world.hasher.hash(acme.id, keys.at(static_cast<std::size_t>(key)).fullKey)}; }
};

class BatchedLookupTest : public SceneFixture<Scene> {
    CPPUNIT_TEST_SUITE(BatchedLookupTest);
    CPPUNIT_TEST(asksOnceForAllWhoWaitedMeanwhile);
    CPPUNIT_TEST(givesNoAnswerThatIsOlderThanTheQuestion);
    CPPUNIT_TEST(failsWhoeverWaitedForADatabaseThatIsGone);
    CPPUNIT_TEST(holdsUpNoOtherTenant);
    CPPUNIT_TEST_SUITE_END();

private:
    // The results of the lookups that began while another one was held back.
    struct Outcome {
        int asked = 0;
        std::vector<KeyByHash> found;
        int unavailable = 0;
    };
    Outcome gather() {
        GatedStores stores(scene_->world.stores);
        Lookup lookup(stores, findByHash);
        Outcome outcome;
        outcome.found.resize(kFollowers + 1);
        std::atomic<int> unavailable = 0, begun = 0;
        const auto ask = [&](int key) {
            ++begun;
            try {
                outcome.found[static_cast<std::size_t>(key)] = lookup.ask(scene_->acme, scene_->hashesOf(key));
            } catch (const domain::StorageUnavailable&) {
                ++unavailable;
            }
        };
        {
            std::vector<std::jthread> threads;
            threads.emplace_back(ask, 0);
            while (stores.asked() == 0) std::this_thread::yield();
            for (int i = 1; i <= kFollowers; ++i) threads.emplace_back(ask, i);
            while (begun <= kFollowers) std::this_thread::yield();
            std::this_thread::sleep_for(1ms);  // most of them wait by now; a test that needs all of them tries again
            stores.open();
        }
        outcome.asked = stores.asked();
        outcome.unavailable = unavailable;
        return outcome;
    }

    // On a busy machine a lookup may come too late and send a query of its own. So this tries again until `all` holds.
    template <class Check>
    Outcome gatherUntil(const Check& all) {
        for (int attempt = 0; attempt < 1000; ++attempt)
            if (auto outcome = gather(); all(outcome)) return outcome;
        CPPUNIT_FAIL("they never gathered");
        return {};
    }

    void asksOnceForAllWhoWaitedMeanwhile() {
        const auto outcome = gatherUntil([](const Outcome& tried) { return tried.asked == 2; });
        for (std::size_t i = 0; i <= kFollowers; ++i) {
            CPPUNIT_ASSERT(outcome.found[i].active);
            CPPUNIT_ASSERT(outcome.found[i].active->key.id == scene_->keys[i].key.id);
        }
    }

    // Repeated, since the second lookup may begin too late to wait for the first.
    void givesNoAnswerThatIsOlderThanTheQuestion() {
        for (int key = 0; key <= kFollowers; ++key) {
            GatedStores stores(scene_->world.stores);
            Lookup lookup(stores, findByHash);
            KeyByHash early, late;
            std::atomic<bool> begun = false;
            {
                const std::jthread first([&] { early = lookup.ask(scene_->acme, scene_->hashesOf(key)); });
                while (stores.asked() == 0) std::this_thread::yield();
                const auto id = scene_->keys.at(static_cast<std::size_t>(key)).key.id;
                CPPUNIT_ASSERT(scene_->world.apiKeys.regenerate(scene_->ann, id).ok());
                const std::jthread second([&] {
                    begun = true;
                    late = lookup.ask(scene_->acme, scene_->hashesOf(key));
                });
                while (!begun) std::this_thread::yield();
                std::this_thread::sleep_for(1ms);
                stores.open();
            }
            CPPUNIT_ASSERT(early.active);
            CPPUNIT_ASSERT(!late.active && late.dead);
        }
    }

    void failsWhoeverWaitedForADatabaseThatIsGone() {
        scene_->world.stores.be(InMemoryStores::Reach::kUnreachable);
        const auto outcome = gatherUntil([](const Outcome& tried) { return tried.asked == 1; });
        CPPUNIT_ASSERT_EQUAL(kFollowers + 1, outcome.unavailable);
    }

    void holdsUpNoOtherTenant() {
        GatedStores stores(scene_->world.stores);
        Lookup lookup(stores, findByHash);
        const std::jthread held([&] { (void)lookup.ask(scene_->acme, scene_->hashesOf(0)); });
        const std::jthread other([&] { (void)lookup.ask(scene_->globex, scene_->hashesOf(0)); });
        const auto patience = std::chrono::steady_clock::now() + 10s;
        while (stores.asked() < 2 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
        const int asked = stores.asked();
        stores.open();
        CPPUNIT_ASSERT_EQUAL(2, asked);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BatchedLookupTest);

}  // namespace
}  // namespace claviger::tests

#include "domain/keys/key_lists.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

#include "tests/support/hand_fence.h"
#include "tests/unit/scene_fixture.h"

namespace claviger::tests {
namespace {

using domain::IssuedApiKey;
using domain::KeyLists;
using domain::Shard;
using domain::UserStatus;

// The state that each test starts from.
struct Scene : TwoTenants {
    domain::User ann = world.makeUser(acme, "ann@acme.example");
    domain::Actor actor = world.makeActor(acme, ann);
    HandFence fence;
    KeyLists lists{world.stores, fence, 8};
};

class KeyListsTest : public SceneFixture<Scene> {
    CPPUNIT_TEST_SUITE(KeyListsTest);
    CPPUNIT_TEST(listsFromItsCacheWhileTheFenceHolds);
    CPPUNIT_TEST(findsFromItsCacheWhileTheFenceHolds);
    CPPUNIT_TEST(asksTheDatabaseOnceAShardWasBumped);
    CPPUNIT_TEST(looksUpAKeyThatACachedListLacks);
    CPPUNIT_TEST(findsNoKeyOfAUserWhoIsNotApproved);
    CPPUNIT_TEST(findsNoKeyOfAnotherUser);
    CPPUNIT_TEST(cachesLongListsToo);
    CPPUNIT_TEST(keepsTenantsApart);
    CPPUNIT_TEST(cachesNothingWhereItIsOff);
    CPPUNIT_TEST_SUITE_END();

    IssuedApiKey create(const std::string& name) {
        return scene_->world.apiKeys.create(scene_->actor, newKey(name)).value();
    }
    std::size_t listed() { return scene_->lists.list(scene_->acme, scene_->ann.id).size(); }
    std::optional<domain::KeyOwner> find(const domain::ApiKeyId& id) {
        return scene_->lists.find(scene_->acme, scene_->ann.id, id);
    }
    void be(InMemoryStores::Reach reach) { scene_->world.stores.be(reach); }
    bool isCached() {
        be(InMemoryStores::Reach::kUnreachable);
        bool cached = true;
        try {
            (void)listed();
        } catch (const domain::StorageUnavailable&) {
            cached = false;
        }
        be(InMemoryStores::Reach::kReachable);
        return cached;
    }

    void listsFromItsCacheWhileTheFenceHolds() {
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, listed());
        CPPUNIT_ASSERT(isCached());
        scene_->fence.fresh = false;
        CPPUNIT_ASSERT(!isCached());
        create("Zapier");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, listed());
    }

    void findsFromItsCacheWhileTheFenceHolds() {
        const auto key = create("Zapier").key;
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, listed());
        be(InMemoryStores::Reach::kUnreachable);
        const auto owner = find(key.id);
        CPPUNIT_ASSERT(owner && owner->key.name == key.name && owner->user.email == scene_->ann.email);
    }

    void asksTheDatabaseOnceAShardWasBumped() {
        const auto zapier = create("Zapier").key.id, n8n = create("n8n").key.id;
        for (const auto shard : {domain::listShardOf(scene_->ann.id), domain::shardOf(scene_->ann.id),
                                 domain::shardOf(scene_->acme.id), domain::shardOf(zapier), domain::shardOf(n8n)}) {
            (void)listed();
            CPPUNIT_ASSERT(isCached());
            scene_->fence.bump({shard});
            CPPUNIT_ASSERT(!isCached());
        }
    }

    // A worker of an earlier release has made the key, and has bumped no shard.
    void looksUpAKeyThatACachedListLacks() {
        (void)listed();
        const auto key = create("Zapier").key;
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, listed());
        CPPUNIT_ASSERT(find(key.id));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, listed());
    }

    void findsNoKeyOfAUserWhoIsNotApproved() {
        const auto key = create("Zapier").key;
        CPPUNIT_ASSERT(find(key.id));
        for (const auto status : {UserStatus::kSuspended, UserStatus::kPending}) {
            scene_->world.setStatus(scene_->acme, scene_->ann, status);
            scene_->fence.bump({domain::shardOf(scene_->ann.id)});
            CPPUNIT_ASSERT(!find(key.id));
        }
    }

    void findsNoKeyOfAnotherUser() {
        const auto bob = scene_->world.makeUser(scene_->acme, "bob@acme.example");
        const auto key = create("Zapier").key;
        CPPUNIT_ASSERT(!scene_->lists.find(scene_->acme, bob.id, key.id));
        CPPUNIT_ASSERT(!scene_->lists.find(scene_->globex, scene_->ann.id, key.id));
        CPPUNIT_ASSERT(!find(domain::ApiKeyId::make(scene_->world.clock.now())));
    }

    void cachesLongListsToo() {
        for (std::size_t i = 0; i < KeyLists::kShort; ++i) create("key " + std::to_string(i));
        for (const auto keys : {KeyLists::kShort, KeyLists::kShort + 1}) {
            scene_->fence.bump({domain::listShardOf(scene_->ann.id)});
            CPPUNIT_ASSERT_EQUAL(keys, listed());
            CPPUNIT_ASSERT(isCached());
            create("key " + std::to_string(keys));
        }
    }

    void keepsTenantsApart() {
        create("Zapier");
        const auto account = scene_->world.stores.data(scene_->acme).accounts.at(scene_->ann.id);
        (void)scene_->world.stores.transact<void>(
            scene_->globex, [&](domain::TenantStore& store) { return store.users().add(account); });
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, listed());
        CPPUNIT_ASSERT(scene_->lists.list(scene_->globex, scene_->ann.id).empty());
    }

    void cachesNothingWhereItIsOff() {
        KeyLists off(scene_->world.stores, scene_->fence, 0);
        CPPUNIT_ASSERT(off.list(scene_->acme, scene_->ann.id).empty());
        create("Zapier");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, off.list(scene_->acme, scene_->ann.id).size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeyListsTest);

}  // namespace
}  // namespace claviger::tests

#include "domain/keys/key_verifier.h"

#include <cppunit/extensions/HelperMacros.h>

#include <map>
#include <optional>
#include <string>

#include "tests/support/refusals.h"
#include "tests/unit/scene_fixture.h"

namespace claviger::tests {
namespace {

using domain::ErrorCode;
using domain::UserStatus;
using std::chrono::days;
using namespace std::chrono_literals;

// The state that each test starts from.
struct Scene : TwoTenants {
    domain::User annUser = world.makeUser(acme, "ann@acme.example");
    domain::Actor ann = world.makeActor(acme, annUser);
    domain::IssuedApiKey issued = world.apiKeys.create(ann, newKey("Zapier")).value();
};

// A cache without a fence.
template <class Key>
class MapCache final : public domain::KeyCache<Key> {
public:
    std::optional<Key> find(const domain::secrets::KeyHash& hash) override {
        const auto found = keys_.find(hash);
        return found == keys_.end() ? std::nullopt : std::optional(found->second);
    }
    void keep(const domain::secrets::KeyHash& hash, const Key& key, const domain::CacheStamp&) override {
        keys_.insert_or_assign(hash, key);
    }

private:
    std::map<domain::secrets::KeyHash, Key> keys_;
};

class KeyVerifierTest : public SceneFixture<Scene> {
    CPPUNIT_TEST_SUITE(KeyVerifierTest);
    CPPUNIT_TEST(namesTheKeyAndItsOwner);
    CPPUNIT_TEST(refusesABadFormWithoutAskingTheDatabase);
    CPPUNIT_TEST(refusesAKeyThatNeverWas);
    CPPUNIT_TEST(refusesTheKeyOfAnotherTenant);
    CPPUNIT_TEST(refusesTheKeysOfWhoeverIsNotApproved);
    CPPUNIT_TEST(knowsNothingWithoutTheDatabase);
    CPPUNIT_TEST(recordsTheUseOfALivingKeyAlone);
    CPPUNIT_TEST(refusesACachedDeadKeyWithoutTheDatabase);
    CPPUNIT_TEST(cachesNoKeyThatIsNotDeadForEver);
    CPPUNIT_TEST(findsAnIndexedKeyWithoutItsTenant);
    CPPUNIT_TEST(takesNoKeyOfAnotherTenantFromTheIndex);
    CPPUNIT_TEST(wantsAKeyInTheIndexThatItLacks);
    CPPUNIT_TEST(checksThePolicyOfACachedKeyAgain);
    CPPUNIT_TEST(checksThePolicyOfAnIndexedKey);
    CPPUNIT_TEST_SUITE_END();

    std::optional<domain::Timestamp> lastUse() {
        scene_->world.usage.flush();
        return scene_->world.stores.data(scene_->acme).keys.at(scene_->issued.key.id).key.lastUsedAt;
    }

    void namesTheKeyAndItsOwner() {
        const auto active = scene_->world.verify(scene_->acme, scene_->issued).value();
        CPPUNIT_ASSERT(active.id == scene_->issued.key.id);
        CPPUNIT_ASSERT(active.user == scene_->annUser.id);
    }

    void refusesABadFormWithoutAskingTheDatabase() {
        scene_->world.stores.be(InMemoryStores::Reach::kUnreachable);
        std::string tampered(scene_->issued.fullKey.revealForResponse());
        tampered.back() = tampered.back() == '0' ? '1' : '0';
        for (const auto& text :
             {std::string(), std::string("x"), tampered, tampered.substr(1), std::string(100'000, 'x')})
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, scene_->world.verifier.verify(scene_->acme, text, {})));
    }

    void refusesAKeyThatNeverWas() {
        const auto unknown = domain::secrets::PlainKey::generate();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid,
                                   scene_->world.verifier.verify(scene_->acme, unknown.revealForResponse(), {})));
    }

    void refusesTheKeyOfAnotherTenant() {
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, scene_->world.verify(scene_->globex, scene_->issued)));
    }

    void refusesTheKeysOfWhoeverIsNotApproved() {
        for (const auto status : {UserStatus::kPending, UserStatus::kSuspended}) {
            scene_->world.setStatus(scene_->acme, scene_->annUser, status);
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, scene_->world.verify(scene_->acme, scene_->issued)));
        }
        CPPUNIT_ASSERT(!lastUse());
        scene_->world.setStatus(scene_->acme, scene_->annUser, UserStatus::kApproved);
        CPPUNIT_ASSERT(scene_->world.verify(scene_->acme, scene_->issued).ok());
    }

    void knowsNothingWithoutTheDatabase() {
        scene_->world.stores.be(InMemoryStores::Reach::kUnreachable);
        CPPUNIT_ASSERT_THROW((void)scene_->world.verify(scene_->acme, scene_->issued), domain::StorageUnavailable);
    }

    void index(const domain::Tenant& tenant, int pepperVersion = 1, const domain::KeyPolicy& policy = {}) {
        const auto hash = scene_->world.hasher.hash(scene_->acme.id, scene_->issued.fullKey);
        scene_->world.index.keys.insert_or_assign(
            hash, domain::IndexedKey{tenant.id, {{scene_->issued.key.id, scene_->annUser.id, policy}, pepperVersion}});
    }

    void findsAnIndexedKeyWithoutItsTenant() {
        index(scene_->acme);
        scene_->world.stores.be(InMemoryStores::Reach::kUnreachable);
        CPPUNIT_ASSERT(scene_->world.verify(scene_->acme, scene_->issued).value().id == scene_->issued.key.id);
    }

    void takesNoKeyOfAnotherTenantFromTheIndex() {
        index(scene_->globex);
        scene_->world.stores.be(InMemoryStores::Reach::kUnreachable);
        CPPUNIT_ASSERT_THROW((void)scene_->world.verify(scene_->acme, scene_->issued), domain::StorageUnavailable);
    }

    void wantsAKeyInTheIndexThatItLacks() {
        const auto useAndCount = [&] {
            CPPUNIT_ASSERT(scene_->world.verify(scene_->acme, scene_->issued).ok());
            scene_->world.usage.flush();
            return scene_->world.stores.data(scene_->acme).toIndex.count(scene_->issued.key.id);
        };
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, useAndCount());
        index(scene_->acme);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, useAndCount());
        index(scene_->acme, 0);  // the key moves to a later pepper, so its hash in the index changes
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, useAndCount());
    }

    // A verifier that caches, for a test of its caches.
    struct Caching {
        explicit Caching(World& world)
            : verifier(world.index, world.stores, world.hasher, world.usage, world.clock, world.fence, active, dead) {}

        MapCache<domain::ActiveKey> active;
        MapCache<domain::DeadKey> dead;
        domain::KeyVerifier verifier;
    };

    void refusesACachedDeadKeyWithoutTheDatabase() {
        Caching caching(scene_->world);
        const std::string old(scene_->issued.fullKey.revealForResponse());
        CPPUNIT_ASSERT(scene_->world.apiKeys.regenerate(scene_->ann, scene_->issued.key.id).ok());
        for (const auto reach : {InMemoryStores::Reach::kReachable, InMemoryStores::Reach::kUnreachable}) {
            scene_->world.stores.be(reach);
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, caching.verifier.verify(scene_->acme, old, {})));
        }
        scene_->world.stores.be(InMemoryStores::Reach::kReachable);
        CPPUNIT_ASSERT(!lastUse());
    }

    // Only the first verify reads the key: the others find it in the cache.
    void checksThePolicyOfACachedKeyAgain() {
        Caching caching(scene_->world);
        const auto key =
            scene_->world.apiKeys.create(scene_->ann, {keyName("Day"), domain::KeyExpiry::after(days{1})}).value();
        const auto verify = [&] { return caching.verifier.verify(scene_->acme, key.fullKey.revealForResponse(), {}); };
        CPPUNIT_ASSERT(verify().ok());
        scene_->world.stores.be(InMemoryStores::Reach::kUnreachable);
        scene_->world.clock.advance(24h - 1us);
        CPPUNIT_ASSERT(verify().ok());
        scene_->world.clock.advance(1us);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyExpired, verify()));
    }

    void checksThePolicyOfAnIndexedKey() {
        const auto now = scene_->world.clock.now();
        index(scene_->acme, 1, domain::KeyPolicy(now));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyExpired, scene_->world.verify(scene_->acme, scene_->issued)));
        index(scene_->acme, 1, domain::KeyPolicy(now + 1us));
        CPPUNIT_ASSERT(scene_->world.verify(scene_->acme, scene_->issued).ok());
    }

    void cachesNoKeyThatIsNotDeadForEver() {
        Caching caching(scene_->world);
        const auto unknown = domain::secrets::PlainKey::generate();
        scene_->world.setStatus(scene_->acme, scene_->annUser, UserStatus::kSuspended);
        for (const auto presented : {unknown.revealForResponse(), scene_->issued.fullKey.revealForResponse()}) {
            scene_->world.stores.be(InMemoryStores::Reach::kReachable);
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, caching.verifier.verify(scene_->acme, presented, {})));
            scene_->world.stores.be(InMemoryStores::Reach::kUnreachable);
            CPPUNIT_ASSERT_THROW((void)caching.verifier.verify(scene_->acme, presented, {}),
                                 domain::StorageUnavailable);
        }
    }

    void recordsTheUseOfALivingKeyAlone() {
        CPPUNIT_ASSERT(!lastUse());
        CPPUNIT_ASSERT(!scene_->world.verify(scene_->globex, scene_->issued).ok());
        CPPUNIT_ASSERT(!lastUse());
        CPPUNIT_ASSERT(scene_->world.verify(scene_->acme, scene_->issued).ok());
        CPPUNIT_ASSERT(lastUse() == scene_->world.clock.now());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeyVerifierTest);

}  // namespace
}  // namespace claviger::tests

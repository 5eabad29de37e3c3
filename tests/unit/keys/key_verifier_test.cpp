#include "domain/keys/key_verifier.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

#include "tests/support/refusals.h"
#include "tests/unit/scene_fixture.h"

namespace claviger::tests {
namespace {

using domain::ErrorCode;
using domain::UserStatus;

// The state that each test starts from.
struct Scene : TwoTenants {
    domain::User annUser = world.makeUser(acme, "ann@acme.example");
    domain::Actor ann = world.makeActor(acme, annUser);
    domain::IssuedApiKey issued = world.apiKeys.create(ann, newKey("Zapier")).value();
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

#include "domain/keys/operator_key_service.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>

#include "tests/support/refusals.h"
#include "tests/unit/scene_fixture.h"

namespace claviger::tests {
namespace {

using domain::AuditAction;
using domain::ErrorCode;
using domain::UserStatus;

// The state that each test starts from.
struct Scene : TwoTenants {
    domain::User ann = world.makeUser(acme, "ann@acme.example");
    domain::User bob = world.makeUser(acme, "bob@acme.example");
};

class OperatorKeyServiceTest : public SceneFixture<Scene> {
    CPPUNIT_TEST_SUITE(OperatorKeyServiceTest);
    CPPUNIT_TEST(createsAKeyThatItsUserSeesAndThatVerifies);
    CPPUNIT_TEST(createsNoneForNobodyOrForAUserWhoIsNotApproved);
    CPPUNIT_TEST(refusesANameInUseAndStoresNothing);
    CPPUNIT_TEST(listsTheActiveKeysOfOneUserOrOfAll);
    CPPUNIT_TEST(findsALivingKeyByUserAndName);
    CPPUNIT_TEST(regeneratesAndEndsTheOldValue);
    CPPUNIT_TEST(regeneratesNoDeadUnknownOrForeignKey);
    CPPUNIT_TEST(revokesForGoodAndKeepsTheRow);
    CPPUNIT_TEST(revokesTheKeyOfASuspendedUser);
    CPPUNIT_TEST(aRevokedKeyIsAlreadySo);
    CPPUNIT_TEST(revokesNoKeyOfAnotherTenant);
    CPPUNIT_TEST(aRevokedNameIsFree);
    CPPUNIT_TEST_SUITE_END();

    domain::OperatorKeyService& keys() { return scene_->world.operatorKeys; }
    domain::IssuedApiKey create(const domain::User& user, const std::string& name = "Zapier") {
        return keys().create(scene_->acme, user.email, newKey(name)).value();
    }
    bool verifies(const domain::IssuedApiKey& key) { return scene_->world.verify(scene_->acme, key).ok(); }
    TenantData data() const { return scene_->world.stores.data(scene_->acme); }

    void createsAKeyThatItsUserSeesAndThatVerifies() {
        const auto made = create(scene_->ann);
        CPPUNIT_ASSERT(verifies(made));
        const auto own = scene_->world.apiKeys.list(scene_->world.makeActor(scene_->acme, scene_->ann));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, own.size());
        CPPUNIT_ASSERT(own[0].id == made.key.id);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, data().audit.size());
        CPPUNIT_ASSERT(data().audit[0].action == AuditAction::kKeyCreated && data().audit[0].key == made.key.id);
        CPPUNIT_ASSERT_EQUAL(operatorOrigin().address, data().audit[0].origin.address);
    }

    void createsNoneForNobodyOrForAUserWhoIsNotApproved() {
        const auto nobody = domain::Email::parse("nobody@acme.example").value();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserNotFound, keys().create(scene_->acme, nobody, newKey("Zapier"))));
        for (const auto status : {UserStatus::kPending, UserStatus::kSuspended}) {
            scene_->world.setStatus(scene_->acme, scene_->ann, status);
            const auto made = keys().create(scene_->acme, scene_->ann.email, newKey("Zapier"));
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserNotApproved, made));
        }
        CPPUNIT_ASSERT(data().keys.empty() && data().audit.empty());
    }

    void refusesANameInUseAndStoresNothing() {
        create(scene_->ann);
        const auto again = keys().create(scene_->acme, scene_->ann.email, newKey("Zapier"));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameTaken, again));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, data().keys.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, data().audit.size());
    }

    void listsTheActiveKeysOfOneUserOrOfAll() {
        const auto dead = create(scene_->bob, "Dead");
        keys().revoke(scene_->acme, dead.key.id).value();
        const auto bobs = create(scene_->bob);
        const auto anns = create(scene_->ann);

        const auto all = keys().list(scene_->acme, {}).value();
        const auto one = keys().list(scene_->acme, scene_->bob.email).value();

        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, all.size());
        CPPUNIT_ASSERT(all[0].key.id == anns.key.id && all[1].key.id == bobs.key.id);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, one.size());
        CPPUNIT_ASSERT(one[0].key.id == bobs.key.id && one[0].user.id == scene_->bob.id);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserNotFound, keys().list(scene_->globex, scene_->bob.email)));
    }

    void findsALivingKeyByUserAndName() {
        const auto made = create(scene_->ann);
        const auto find = [&](const domain::User& user, const std::string& name) {
            return keys().find(scene_->acme, user.email, keyName(name));
        };
        CPPUNIT_ASSERT(find(scene_->ann, "Zapier").value().id == made.key.id);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, find(scene_->ann, "zapier")));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, find(scene_->bob, "Zapier")));
        keys().revoke(scene_->acme, made.key.id).value();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, find(scene_->ann, "Zapier")));
    }

    void regeneratesAndEndsTheOldValue() {
        const auto old = create(scene_->ann);
        const auto made = keys().regenerate(scene_->acme, old.key.id).value();
        CPPUNIT_ASSERT(!verifies(old));
        CPPUNIT_ASSERT(verifies(made));
        CPPUNIT_ASSERT(made.key.lineage == old.key.lineage && made.key.name == old.key.name);
        CPPUNIT_ASSERT(data().audit.back().action == AuditAction::kKeyRegenerated);
    }

    void regeneratesNoDeadUnknownOrForeignKey() {
        const auto dead = create(scene_->ann);
        keys().revoke(scene_->acme, dead.key.id).value();
        const auto active = create(scene_->ann);
        const auto before = data().keys.size();
        const auto unknown = domain::ApiKeyId::make(scene_->world.clock.now());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, keys().regenerate(scene_->acme, dead.key.id)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, keys().regenerate(scene_->acme, unknown)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, keys().regenerate(scene_->globex, active.key.id)));
        scene_->world.setStatus(scene_->acme, scene_->ann, UserStatus::kSuspended);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserNotApproved, keys().regenerate(scene_->acme, active.key.id)));
        scene_->world.setStatus(scene_->acme, scene_->ann, UserStatus::kApproved);
        CPPUNIT_ASSERT(verifies(active));
        CPPUNIT_ASSERT_EQUAL(before, data().keys.size());
    }

    void revokesForGoodAndKeepsTheRow() {
        const auto made = create(scene_->ann);
        CPPUNIT_ASSERT(keys().revoke(scene_->acme, made.key.id).value().changed);
        CPPUNIT_ASSERT(!verifies(made));
        CPPUNIT_ASSERT(data().keys.at(made.key.id).deletedAt.has_value());
        CPPUNIT_ASSERT(data().audit.back().action == AuditAction::kKeyRevoked &&
                       data().audit.back().key == made.key.id);
    }

    void revokesTheKeyOfASuspendedUser() {
        const auto made = create(scene_->ann);
        scene_->world.setStatus(scene_->acme, scene_->ann, UserStatus::kSuspended);
        CPPUNIT_ASSERT(keys().revoke(scene_->acme, made.key.id).value().changed);
        scene_->world.setStatus(scene_->acme, scene_->ann, UserStatus::kApproved);
        CPPUNIT_ASSERT(!verifies(made));
    }

    void aRevokedKeyIsAlreadySo() {
        const auto made = create(scene_->ann);
        keys().revoke(scene_->acme, made.key.id).value();
        const auto before = data();
        CPPUNIT_ASSERT(!keys().revoke(scene_->acme, made.key.id).value().changed);
        CPPUNIT_ASSERT(data().keys.at(made.key.id).deletedAt == before.keys.at(made.key.id).deletedAt);
        CPPUNIT_ASSERT_EQUAL(before.audit.size(), data().audit.size());
    }

    void revokesNoKeyOfAnotherTenant() {
        const auto made = create(scene_->ann);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, keys().revoke(scene_->globex, made.key.id)));
        CPPUNIT_ASSERT(verifies(made));
    }

    void aRevokedNameIsFree() {
        const auto made = create(scene_->ann);
        keys().revoke(scene_->acme, made.key.id).value();
        const auto again = create(scene_->ann);
        CPPUNIT_ASSERT(again.key.lineage != made.key.lineage);
        CPPUNIT_ASSERT(verifies(again) && !verifies(made));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OperatorKeyServiceTest);

}  // namespace
}  // namespace claviger::tests

#include "domain/keys/key_switch.h"

#include <cppunit/extensions/HelperMacros.h>

#include "tests/support/refusals.h"
#include "tests/unit/scene_fixture.h"

namespace claviger::tests {
namespace {

using domain::AuditAction;
using domain::ErrorCode;
using domain::KeyParty;
using domain::UserStatus;
using namespace std::chrono_literals;

// The state that each test starts from.
struct Scene : TwoTenants {
    domain::User annUser = world.makeUser(acme, "ann@acme.example");
    domain::Actor ann = world.makeActor(acme, annUser);
    domain::Actor bob = world.makeActor(acme, world.makeUser(acme, "bob@acme.example"));
    domain::Actor eve = world.makeActor(globex, world.makeUser(globex, "eve@globex.example"));
    domain::IssuedApiKey issued = world.apiKeys.create(ann, newKey("Zapier")).value();
};

class KeySwitchTest : public SceneFixture<Scene> {
    CPPUNIT_TEST_SUITE(KeySwitchTest);
    CPPUNIT_TEST(aDisabledKeyIsRefusedUntilItIsEnabled);
    CPPUNIT_TEST(aDisabledKeyStaysListedAndKeepsItsName);
    CPPUNIT_TEST(recordsWhoSwitchedWhat);
    CPPUNIT_TEST(whatIsSoAlreadyIsOkAndGetsNoSecondRecord);
    CPPUNIT_TEST(anOwnerCannotEnableWhatAnOperatorDisabled);
    CPPUNIT_TEST(anOwnerCannotRegenerateWhatAnOperatorDisabled);
    CPPUNIT_TEST(anOperatorTakesOverWhatTheOwnerDisabled);
    CPPUNIT_TEST(anOperatorEnablesWhatTheOwnerDisabled);
    CPPUNIT_TEST(anOperatorDisablesTheKeyOfASuspendedUser);
    CPPUNIT_TEST(regenerateOfADisabledKeyIssuesAnEnabledOne);
    CPPUNIT_TEST(switchesNoKeyThatIsNotTheirs);
    CPPUNIT_TEST(switchesNoDeadKey);
    CPPUNIT_TEST(enablesWithinTheBudgetAndDisablesAlways);
    CPPUNIT_TEST(storesNothingWithoutTheDatabase);
    CPPUNIT_TEST(aKeyExpiresByTheClock);
    CPPUNIT_TEST(anExpiredKeyStaysListedAndIsRegeneratedWithItsLifetime);
    CPPUNIT_TEST(refusesABadExpiryAndStoresNothing);
    CPPUNIT_TEST_SUITE_END();

    World& world() { return scene_->world; }
    const domain::ApiKeyId& id() { return scene_->issued.key.id; }
    TenantData data() { return world().stores.data(scene_->acme); }
    std::optional<domain::KeyDisabling> disabled() { return data().keys.at(id()).key.disabled; }
    bool verifies(const domain::IssuedApiKey& key) { return world().verify(scene_->acme, key).ok(); }
    bool isRefused(ErrorCode code) { return refusedWith(code, world().verify(scene_->acme, scene_->issued)); }
    auto disable() { return world().apiKeys.disable(scene_->ann, id()); }
    auto enable() { return world().apiKeys.enable(scene_->ann, id()); }
    auto disableAsOperator() { return world().operatorKeys.disable(scene_->acme, id()); }
    auto enableAsOperator() { return world().operatorKeys.enable(scene_->acme, id()); }

    void aDisabledKeyIsRefusedUntilItIsEnabled() {
        CPPUNIT_ASSERT(verifies(scene_->issued));
        world().usage.flush();
        const auto uses = data().keys.at(id()).key.uses;
        CPPUNIT_ASSERT(disable().value().changed);
        CPPUNIT_ASSERT(isRefused(ErrorCode::kKeyDisabled));
        world().usage.flush();
        CPPUNIT_ASSERT_EQUAL(uses, data().keys.at(id()).key.uses);  // a refused use is none
        CPPUNIT_ASSERT(enable().value().changed);
        CPPUNIT_ASSERT(verifies(scene_->issued));
    }

    void aDisabledKeyStaysListedAndKeepsItsName() {
        const auto switched = disable().value();
        const auto keys = world().apiKeys.list(scene_->ann);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keys.size());
        CPPUNIT_ASSERT(keys[0].disabled == switched.key.disabled && keys[0].id == switched.key.id);
        CPPUNIT_ASSERT((keys[0].disabled == domain::KeyDisabling{world().clock.now(), KeyParty::kOwner}));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameTaken, world().apiKeys.create(scene_->ann, newKey("Zapier"))));
        CPPUNIT_ASSERT(!enable().value().key.disabled);
        CPPUNIT_ASSERT(!world().apiKeys.list(scene_->ann)[0].disabled);
    }

    void recordsWhoSwitchedWhat() {
        (void)disable();
        (void)enable();
        (void)disableAsOperator();
        const auto audit = data().audit;
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, audit.size());
        for (const auto& [place, action] :
             {std::pair(1U, AuditAction::kKeyDisabled), std::pair(2U, AuditAction::kKeyEnabled),
              std::pair(3U, AuditAction::kKeyDisabled)}) {
            CPPUNIT_ASSERT(audit[place].action == action && audit[place].key == id());
            CPPUNIT_ASSERT(audit[place].user == scene_->annUser.id);
        }
        CPPUNIT_ASSERT_EQUAL(std::string(kAddress), audit[1].origin.address);
        CPPUNIT_ASSERT_EQUAL(operatorOrigin().address, audit[3].origin.address);
    }

    void whatIsSoAlreadyIsOkAndGetsNoSecondRecord() {
        CPPUNIT_ASSERT(!enable().value().changed);
        const auto since = disable().value().key.disabled;
        world().clock.advance(1h);
        const auto again = disable().value();
        CPPUNIT_ASSERT(!again.changed && again.key.disabled == since && disabled() == since);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, data().audit.size());
    }

    void anOwnerCannotEnableWhatAnOperatorDisabled() {
        (void)disableAsOperator();
        const auto before = disabled();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyLocked, enable()));
        CPPUNIT_ASSERT(!disable().value().changed);  // it stays the operator's
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyLocked, enable()));
        CPPUNIT_ASSERT(disabled() == before && before->by == KeyParty::kOperator);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, data().audit.size());
        CPPUNIT_ASSERT(enableAsOperator().value().changed);
        CPPUNIT_ASSERT(verifies(scene_->issued));
    }

    void anOwnerCannotRegenerateWhatAnOperatorDisabled() {
        (void)disableAsOperator();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyLocked, world().apiKeys.regenerate(scene_->ann, id())));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, data().keys.size());
        CPPUNIT_ASSERT(isRefused(ErrorCode::kKeyDisabled));
        const auto next = world().operatorKeys.regenerate(scene_->acme, id()).value();
        CPPUNIT_ASSERT(verifies(next) && !next.key.disabled);
    }

    void anOperatorTakesOverWhatTheOwnerDisabled() {
        const auto since = disable().value().key.disabled->at;
        world().clock.advance(1h);
        CPPUNIT_ASSERT(disableAsOperator().value().changed);
        CPPUNIT_ASSERT((disabled() == domain::KeyDisabling{since, KeyParty::kOperator}));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyLocked, enable()));
        CPPUNIT_ASSERT(!disableAsOperator().value().changed);
    }

    void anOperatorEnablesWhatTheOwnerDisabled() {
        (void)disable();
        CPPUNIT_ASSERT(enableAsOperator().value().changed);
        CPPUNIT_ASSERT(!enableAsOperator().value().changed);
        CPPUNIT_ASSERT(verifies(scene_->issued));
    }

    void anOperatorDisablesTheKeyOfASuspendedUser() {
        world().setStatus(scene_->acme, scene_->annUser, UserStatus::kSuspended);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, disable()));
        CPPUNIT_ASSERT(!disabled());
        CPPUNIT_ASSERT(disableAsOperator().value().changed);
        world().setStatus(scene_->acme, scene_->annUser, UserStatus::kApproved);
        CPPUNIT_ASSERT(isRefused(ErrorCode::kKeyDisabled));
    }

    void regenerateOfADisabledKeyIssuesAnEnabledOne() {
        (void)disable();
        const auto next = world().apiKeys.regenerate(scene_->ann, id()).value();
        CPPUNIT_ASSERT(verifies(next) && !next.key.disabled);
        CPPUNIT_ASSERT(isRefused(ErrorCode::kKeyInvalid));  // dead, whatever it was before
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, enable()));
        CPPUNIT_ASSERT(isRefused(ErrorCode::kKeyInvalid));
    }

    void switchesNoKeyThatIsNotTheirs() {
        const auto unknown = domain::ApiKeyId::make(world().clock.now());
        for (const auto* other : {&scene_->bob, &scene_->eve}) {
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, world().apiKeys.disable(*other, id())));
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, world().apiKeys.enable(*other, id())));
        }
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, world().apiKeys.disable(scene_->ann, unknown)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, world().operatorKeys.disable(scene_->globex, id())));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, world().operatorKeys.enable(scene_->acme, unknown)));
        CPPUNIT_ASSERT(verifies(scene_->issued) && !disabled());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, data().audit.size());
    }

    void switchesNoDeadKey() {
        world().operatorKeys.revoke(scene_->acme, id()).value();
        for (const auto& result : {disable(), enable(), disableAsOperator(), enableAsOperator()})
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, result));
        CPPUNIT_ASSERT(!disabled());
        CPPUNIT_ASSERT(isRefused(ErrorCode::kKeyInvalid));
    }

    void enablesWithinTheBudgetAndDisablesAlways() {
        domain::ApiKeyService limited{world().stores, world().keyLists, world().hasher, world().clock,
                                      domain::ChangeLimit(2)};
        for (int i = 0; i < 2; ++i) {
            CPPUNIT_ASSERT(limited.disable(scene_->ann, id()).ok());
            CPPUNIT_ASSERT(limited.enable(scene_->ann, id()).ok());
        }
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyChanges, limited.enable(scene_->ann, id())));  // so already
        CPPUNIT_ASSERT(limited.disable(scene_->ann, id()).ok());
        const auto refused = limited.enable(scene_->ann, id());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyChanges, refused));
        CPPUNIT_ASSERT(refused.error().retryAfter > 0s);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyChanges, limited.disable(scene_->ann, id())));  // so already
        CPPUNIT_ASSERT(disabled());
        CPPUNIT_ASSERT(enableAsOperator().ok());
    }

    void storesNothingWithoutTheDatabase() {
        world().stores.be(InMemoryStores::Reach::kUnreachable);
        CPPUNIT_ASSERT_THROW((void)disable(), domain::StorageUnavailable);
        world().stores.be(InMemoryStores::Reach::kReachable);
        CPPUNIT_ASSERT(verifies(scene_->issued));
    }

    domain::IssuedApiKey createFor(std::chrono::days lifetime) {
        return world().apiKeys.create(scene_->ann, {keyName("Short"), domain::KeyExpiry::after(lifetime)}).value();
    }

    void aKeyExpiresByTheClock() {
        const auto key = createFor(std::chrono::days{1});
        CPPUNIT_ASSERT(key.key.expiresAt == world().clock.now() + 24h);
        world().clock.advance(24h - 1us);
        CPPUNIT_ASSERT(verifies(key));
        world().clock.advance(1us);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyExpired, world().verify(scene_->acme, key)));
        CPPUNIT_ASSERT(verifies(scene_->issued));
    }

    void anExpiredKeyStaysListedAndIsRegeneratedWithItsLifetime() {
        const auto key = createFor(std::chrono::days{7});
        world().clock.advance(24h * 100);
        const auto actor = world().makeActor(scene_->acme, scene_->annUser);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, world().apiKeys.list(actor).size());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameTaken, world().apiKeys.create(actor, newKey("Short"))));
        const auto next = world().apiKeys.regenerate(actor, key.key.id).value();
        CPPUNIT_ASSERT(next.key.expiresAt == world().clock.now() + 24h * 7);
        CPPUNIT_ASSERT(data().keys.at(next.key.id).key.expiresAt == next.key.expiresAt);
        world().clock.advance(24h * 3);
        const auto third = world().operatorKeys.regenerate(scene_->acme, next.key.id).value();
        CPPUNIT_ASSERT(third.key.expiresAt == world().clock.now() + 24h * 7);
        CPPUNIT_ASSERT(!world().operatorKeys.regenerate(scene_->acme, id()).value().key.expiresAt);
    }

    void refusesABadExpiryAndStoresNothing() {
        const domain::NewApiKey wanted{keyName("Short"), domain::KeyExpiry::at(world().clock.now())};
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kExpiryInvalid, world().apiKeys.create(scene_->ann, wanted)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kExpiryInvalid,
                                   world().operatorKeys.create(scene_->acme, scene_->annUser.email, wanted)));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, data().keys.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, data().audit.size());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeySwitchTest);

}  // namespace
}  // namespace claviger::tests

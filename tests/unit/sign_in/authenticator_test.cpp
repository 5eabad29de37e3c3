#include "domain/sign_in/authenticator.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

#include "tests/support/hand_fence.h"
#include "tests/support/refusals.h"
#include "tests/unit/scene_fixture.h"

namespace claviger::tests {
namespace {

using domain::ErrorCode;
using domain::UserStatus;
using domain::secrets::SessionToken;
using namespace std::chrono_literals;

// The state that each test starts from.
struct Scene : TwoTenants {
    domain::User ann = world.makeUser(acme, "ann@acme.example");
    SessionToken token = world.makeSession(acme, ann);
};

class AuthenticatorTest : public SceneFixture<Scene> {
    CPPUNIT_TEST_SUITE(AuthenticatorTest);
    CPPUNIT_TEST(knowsWhoActsAndFromWhere);
    CPPUNIT_TEST(refusesATokenThatNeverWas);
    CPPUNIT_TEST(refusesTheSessionOfAnotherTenant);
    CPPUNIT_TEST(endsASessionAfterThirtyIdleMinutes);
    CPPUNIT_TEST(everyRequestStartsTheIdleTimeAnew);
    CPPUNIT_TEST(endsASessionAfterTwelveHoursHoweverBusy);
    CPPUNIT_TEST(refusesASessionOfAClockThatWasAhead);
    CPPUNIT_TEST(writesALastSightAtMostOnceAMinute);
    CPPUNIT_TEST(aLastSightThatCannotBeWrittenRefusesNothing);
    CPPUNIT_TEST(triesAnUnwritableTenantOnceAMinuteAndOthersAsBefore);
    CPPUNIT_TEST(idlesOutByTheLastSightThatWasWritten);
    CPPUNIT_TEST(refusesASessionThatWasEnded);
    CPPUNIT_TEST(refusesTheSessionOfWhoeverIsNotApproved);
    CPPUNIT_TEST(knowsTheProgramBehindAKey);
    CPPUNIT_TEST(describesNoKeyThatWasRevokedSince);
    CPPUNIT_TEST(refusesABadKey);
    CPPUNIT_TEST(knowsNobodyWithoutTheDatabase);
    CPPUNIT_TEST_SUITE_END();

    domain::Result<domain::Actor> ask() {
        return scene_->world.authenticator.bySession(scene_->acme, scene_->token, origin());
    }
    domain::Timestamp lastSeen() const {
        return scene_->world.stores.data(scene_->acme).sessions.begin()->second.session.lastSeenAt;
    }

    void knowsWhoActsAndFromWhere() {
        const auto actor = ask().value();
        CPPUNIT_ASSERT(actor.tenant().id == scene_->acme.id);
        CPPUNIT_ASSERT(actor.user().id == scene_->ann.id);
        CPPUNIT_ASSERT_EQUAL(std::string(kAddress), actor.origin().address);
    }

    void refusesATokenThatNeverWas() {
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, scene_->world.authenticator.bySession(
                                                                 scene_->acme, SessionToken::generate(), origin())));
    }

    void refusesTheSessionOfAnotherTenant() {
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized,
                                   scene_->world.authenticator.bySession(scene_->globex, scene_->token, origin())));
    }

    void endsASessionAfterThirtyIdleMinutes() {
        scene_->world.clock.advance(30min - 1us);
        CPPUNIT_ASSERT(ask().ok());
        scene_->world.clock.advance(30min);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, ask()));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, ask()));  // a request does not revive it
    }

    void everyRequestStartsTheIdleTimeAnew() {
        for (int i = 0; i < 20; ++i) {
            scene_->world.clock.advance(29min);
            CPPUNIT_ASSERT(ask().ok());
        }
    }

    void endsASessionAfterTwelveHoursHoweverBusy() {
        for (int i = 0; i < 12 * 4 - 1; ++i) {
            scene_->world.clock.advance(15min);
            CPPUNIT_ASSERT(ask().ok());
        }
        scene_->world.clock.advance(15min - 1us);
        CPPUNIT_ASSERT(ask().ok());
        scene_->world.clock.advance(1us);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, ask()));
    }

    void refusesASessionOfAClockThatWasAhead() {
        auto& world = scene_->world;
        const HandFence fence;
        domain::Authenticator caching{world.stores, world.verifier, world.keyLists,       world.hasher,
                                      world.clock,  fence,          world.unwrittenSights};
        const auto isLive = [&] { return caching.bySession(scene_->acme, scene_->token, origin()).ok(); };
        CPPUNIT_ASSERT(isLive());  // from here on it is cached
        world.clock.advance(-5min);
        CPPUNIT_ASSERT(isLive() && ask().ok());
        world.clock.advance(-1us);
        CPPUNIT_ASSERT(!isLive());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, ask()));
        world.clock.advance(-24h);
        CPPUNIT_ASSERT(!isLive());
    }

    void writesALastSightAtMostOnceAMinute() {
        scene_->world.clock.advance(1min - 1us);
        CPPUNIT_ASSERT(ask().ok());
        CPPUNIT_ASSERT(lastSeen() == ManualClock::kStart);
        scene_->world.clock.advance(1us);
        CPPUNIT_ASSERT(ask().ok());
        CPPUNIT_ASSERT(lastSeen() == ManualClock::kStart + 1min);
    }

    InMemoryStores& stores() { return scene_->world.stores; }
    RecordedFaults& faults() { return scene_->world.unwrittenSights; }

    void aLastSightThatCannotBeWrittenRefusesNothing() {
        stores().be(InMemoryStores::Writes::kReadOnly, scene_->acme);
        scene_->world.clock.advance(1min);
        CPPUNIT_ASSERT(ask().ok());
        CPPUNIT_ASSERT(lastSeen() == ManualClock::kStart);
        CPPUNIT_ASSERT_EQUAL(1, faults().failures.load());
        stores().be(InMemoryStores::Writes::kWritable, scene_->acme);
        scene_->world.clock.advance(1min);
        CPPUNIT_ASSERT(ask().ok());
        CPPUNIT_ASSERT(lastSeen() == ManualClock::kStart + 2min);
        CPPUNIT_ASSERT_EQUAL(1, faults().successes.load());
    }

    void triesAnUnwritableTenantOnceAMinuteAndOthersAsBefore() {
        const auto eve = scene_->world.makeUser(scene_->globex, "eve@globex.example");
        const auto token = scene_->world.makeSession(scene_->globex, eve);
        stores().be(InMemoryStores::Writes::kReadOnly, scene_->acme);
        scene_->world.clock.advance(1min);
        for (int i = 0; i < 100; ++i) CPPUNIT_ASSERT(ask().ok());
        CPPUNIT_ASSERT_EQUAL(1, faults().failures.load());

        CPPUNIT_ASSERT(scene_->world.authenticator.bySession(scene_->globex, token, origin()).ok());
        CPPUNIT_ASSERT(stores().data(scene_->globex).sessions.begin()->second.session.lastSeenAt ==
                       ManualClock::kStart + 1min);
        CPPUNIT_ASSERT_EQUAL(0, faults().successes.load());  // the first tenant still fails

        scene_->world.clock.advance(1min);
        for (int i = 0; i < 100; ++i) CPPUNIT_ASSERT(ask().ok());
        CPPUNIT_ASSERT_EQUAL(2, faults().failures.load());
    }

    void idlesOutByTheLastSightThatWasWritten() {
        stores().be(InMemoryStores::Writes::kReadOnly, scene_->acme);
        for (int i = 1; i < 30; ++i) {
            scene_->world.clock.advance(1min);
            CPPUNIT_ASSERT(ask().ok());
        }
        scene_->world.clock.advance(1min);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, ask()));
    }

    void refusesASessionThatWasEnded() {
        scene_->world.signIns.signOut(ask().value(), scene_->token);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, ask()));
    }

    void refusesTheSessionOfWhoeverIsNotApproved() {
        for (const auto status : {UserStatus::kPending, UserStatus::kSuspended}) {
            scene_->world.setStatus(scene_->acme, scene_->ann, status);
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, ask()));
        }
    }

    void knowsTheProgramBehindAKey() {
        const auto issued = scene_->world.apiKeys.create(ask().value(), newKey("Zapier")).value();
        const auto bearer =
            scene_->world.authenticator.byApiKey(scene_->acme, issued.fullKey.revealForResponse(), {}).value();
        CPPUNIT_ASSERT(bearer.tenant().id == scene_->acme.id);
        CPPUNIT_ASSERT(bearer.user() == scene_->ann.id);
        CPPUNIT_ASSERT(bearer.key() == issued.key.id);
        const auto owner = scene_->world.authenticator.describe(bearer).value();
        CPPUNIT_ASSERT(owner.key.name == issued.key.name);
        CPPUNIT_ASSERT(owner.user.email == scene_->ann.email);
    }

    void describesNoKeyThatWasRevokedSince() {
        auto& world = scene_->world;
        const auto issued = world.apiKeys.create(ask().value(), newKey("Zapier")).value();
        const auto client = world.authenticator.byApiKey(scene_->acme, issued.fullKey.revealForResponse(), {}).value();
        CPPUNIT_ASSERT(world.authenticator.describe(client).ok());
        CPPUNIT_ASSERT(world.operatorKeys.revoke(scene_->acme, issued.key.id).ok());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, world.authenticator.describe(client)));
    }

    void refusesABadKey() {
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kKeyInvalid, scene_->world.authenticator.byApiKey(scene_->acme, "pk_live_x", {})));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, scene_->world.authenticator.byApiKey(
                                                               scene_->acme, scene_->token.revealForCookie(), {})));
    }

    void knowsNobodyWithoutTheDatabase() {
        scene_->world.stores.be(InMemoryStores::Reach::kUnreachable);
        CPPUNIT_ASSERT_THROW((void)ask(), domain::StorageUnavailable);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AuthenticatorTest);

}  // namespace
}  // namespace claviger::tests

#include "domain/sign_in/authenticator.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

#include "tests/support/refusals.h"
#include "tests/unit/world.h"

namespace claviger::tests {
namespace {

using domain::ErrorCode;
using domain::UserStatus;
using domain::secrets::SessionToken;
using namespace std::chrono_literals;

class AuthenticatorTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AuthenticatorTest);
    CPPUNIT_TEST(knowsWhoActsAndFromWhere);
    CPPUNIT_TEST(refusesATokenThatNeverWas);
    CPPUNIT_TEST(refusesTheSessionOfAnotherTenant);
    CPPUNIT_TEST(endsASessionAfterThirtyIdleMinutes);
    CPPUNIT_TEST(everyRequestStartsTheIdleTimeAnew);
    CPPUNIT_TEST(endsASessionAfterTwelveHoursHoweverBusy);
    CPPUNIT_TEST(writesALastSightAtMostOnceAMinute);
    CPPUNIT_TEST(refusesASessionThatWasEnded);
    CPPUNIT_TEST(refusesTheSessionOfWhoeverIsNotApproved);
    CPPUNIT_TEST(knowsTheProgramBehindAKey);
    CPPUNIT_TEST(refusesABadKey);
    CPPUNIT_TEST(knowsNobodyWithoutTheDatabase);
    CPPUNIT_TEST_SUITE_END();

    World world_;
    domain::Tenant acme_ = world_.makeTenant("acme");
    domain::Tenant globex_ = world_.makeTenant("globex");
    domain::User ann_ = world_.makeUser(acme_, "ann@acme.example");
    SessionToken token_ = world_.makeSession(acme_, ann_);

    domain::Result<domain::Actor> ask() { return world_.authenticator.bySession(acme_, token_, origin()); }
    domain::Timestamp lastSeen() const { return world_.stores.data(acme_).sessions.begin()->second.session.lastSeenAt; }

    void knowsWhoActsAndFromWhere() {
        const auto actor = ask().value();
        CPPUNIT_ASSERT(actor.tenant().id == acme_.id);
        CPPUNIT_ASSERT(actor.user().id == ann_.id);
        CPPUNIT_ASSERT_EQUAL(std::string(kAddress), actor.origin().address);
    }

    void refusesATokenThatNeverWas() {
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized,
                                   world_.authenticator.bySession(acme_, SessionToken::generate(), origin())));
    }

    void refusesTheSessionOfAnotherTenant() {
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kUnauthorized, world_.authenticator.bySession(globex_, token_, origin())));
    }

    void endsASessionAfterThirtyIdleMinutes() {
        world_.clock.advance(30min - 1us);
        CPPUNIT_ASSERT(ask().ok());
        world_.clock.advance(30min);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, ask()));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, ask()));  // asking does not revive it
    }

    void everyRequestStartsTheIdleTimeAnew() {
        for (int i = 0; i < 20; ++i) {
            world_.clock.advance(29min);
            CPPUNIT_ASSERT(ask().ok());
        }
    }

    void endsASessionAfterTwelveHoursHoweverBusy() {
        for (int i = 0; i < 12 * 4 - 1; ++i) {
            world_.clock.advance(15min);
            CPPUNIT_ASSERT(ask().ok());
        }
        world_.clock.advance(15min - 1us);
        CPPUNIT_ASSERT(ask().ok());
        world_.clock.advance(1us);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, ask()));
    }

    void writesALastSightAtMostOnceAMinute() {
        world_.clock.advance(1min - 1us);
        CPPUNIT_ASSERT(ask().ok());
        CPPUNIT_ASSERT(lastSeen() == ManualClock::kStart);
        world_.clock.advance(1us);
        CPPUNIT_ASSERT(ask().ok());
        CPPUNIT_ASSERT(lastSeen() == ManualClock::kStart + 1min);
    }

    void refusesASessionThatWasEnded() {
        world_.signIns.signOut(ask().value(), token_);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, ask()));
    }

    void refusesTheSessionOfWhoeverIsNotApproved() {
        for (const auto status : {UserStatus::kPending, UserStatus::kSuspended}) {
            world_.setStatus(acme_, ann_, status);
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, ask()));
        }
    }

    void knowsTheProgramBehindAKey() {
        const auto issued = world_.apiKeys.create(ask().value(), keyName("Zapier")).value();
        const auto bearer = world_.authenticator.byApiKey(acme_, issued.fullKey.revealForResponse()).value();
        CPPUNIT_ASSERT(bearer.tenant().id == acme_.id);
        CPPUNIT_ASSERT(bearer.user().id == ann_.id);
        CPPUNIT_ASSERT(bearer.key().id == issued.key.id);
    }

    void refusesABadKey() {
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, world_.authenticator.byApiKey(acme_, "pk_live_x")));
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kKeyInvalid, world_.authenticator.byApiKey(acme_, token_.revealForCookie())));
    }

    void knowsNobodyWithoutTheDatabase() {
        world_.stores.be(InMemoryStores::Reach::kUnreachable);
        CPPUNIT_ASSERT_THROW((void)ask(), domain::StorageUnavailable);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AuthenticatorTest);

}  // namespace
}  // namespace claviger::tests

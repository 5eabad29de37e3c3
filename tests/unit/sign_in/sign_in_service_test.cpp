#include "domain/sign_in/sign_in_service.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

#include "tests/support/refusals.h"
#include "tests/unit/world.h"

namespace claviger::tests {
namespace {

using domain::AuditAction;
using domain::ErrorCode;
using domain::SignedIn;
using domain::SignInAttempt;
using domain::UserStatus;
using domain::secrets::DeviceToken;
using domain::secrets::Password;
using domain::secrets::SessionToken;

constexpr auto kAnn = "ann@acme.example";

class SignInServiceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SignInServiceTest);
    CPPUNIT_TEST(startsASessionForTheRightPassword);
    CPPUNIT_TEST(takesTheEmailInAnyCaseAndWithBlanksAround);
    CPPUNIT_TEST(givesANewSessionAtEachSignIn);
    CPPUNIT_TEST(endsTheBrowsersSessionSoFar);
    CPPUNIT_TEST(storesHashesOfTokensAlone);
    CPPUNIT_TEST(recordsSignInsAndSignOuts);
    CPPUNIT_TEST(answersOneAndTheSameForEveryCauseOfRefusal);
    CPPUNIT_TEST(recordsARefusalWithTheUserOnlyIfThereIsOne);
    CPPUNIT_TEST(knowsTheUsersOfThisTenantAlone);
    CPPUNIT_TEST(signsOutOfThisSessionAlone);
    CPPUNIT_TEST(keepsABrowsersDeviceToken);
    CPPUNIT_TEST(startsNothingWithoutTheDatabase);
    CPPUNIT_TEST_SUITE_END();

    World world_;
    domain::Tenant acme_ = world_.makeTenant("acme");
    domain::Tenant globex_ = world_.makeTenant("globex");
    domain::User ann_ = world_.makeUser(acme_, kAnn);
    domain::User pending_ = world_.makeUser(acme_, "pending@acme.example", UserStatus::kPending);
    domain::User suspended_ = world_.makeUser(acme_, "suspended@acme.example", UserStatus::kSuspended);

    static SignInAttempt attempt(const std::string& email, const std::string& password = kPassword) {
        return {email, Password::attempt(password), std::nullopt, std::nullopt, origin()};
    }
    SignedIn signIn() { return world_.signIns.signIn(acme_, attempt(kAnn)).value(); }
    bool lives(const SessionToken& token) const { return world_.authenticator.bySession(acme_, token, origin()).ok(); }

    void startsASessionForTheRightPassword() {
        const auto signedIn = signIn();
        const auto actor = world_.authenticator.bySession(acme_, signedIn.session, origin()).value();
        CPPUNIT_ASSERT(actor.user().id == ann_.id);
    }

    void takesTheEmailInAnyCaseAndWithBlanksAround() {
        CPPUNIT_ASSERT(world_.signIns.signIn(acme_, attempt(" ANN@Acme.Example ")).ok());
    }

    void givesANewSessionAtEachSignIn() {
        const auto first = signIn();
        const auto second = signIn();
        CPPUNIT_ASSERT(first.session.revealForCookie() != second.session.revealForCookie());
        CPPUNIT_ASSERT(lives(first.session) && lives(second.session));  // two browsers
    }

    void endsTheBrowsersSessionSoFar() {
        auto before = signIn().session;
        const auto text = before.revealForCookie();
        auto again = attempt(kAnn);
        again.previous = std::move(before);
        const auto after = world_.signIns.signIn(acme_, std::move(again)).value();
        CPPUNIT_ASSERT(!lives(*SessionToken::parse(text)));
        CPPUNIT_ASSERT(lives(after.session));
    }

    void storesHashesOfTokensAlone() {
        const auto signedIn = signIn();
        const auto data = world_.stores.data(acme_);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, data.sessions.size());
        CPPUNIT_ASSERT(data.sessions.begin()->first == world_.hasher.hash(acme_.id, signedIn.session));
        CPPUNIT_ASSERT(data.devices.begin()->first.second == world_.hasher.hash(acme_.id, signedIn.device));
    }

    void recordsSignInsAndSignOuts() {
        const auto signedIn = signIn();
        const auto actor = world_.authenticator.bySession(acme_, signedIn.session, origin()).value();
        world_.signIns.signOut(actor, signedIn.session);
        const auto audit = world_.stores.data(acme_).audit;
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, audit.size());
        CPPUNIT_ASSERT(audit[0].action == AuditAction::kSignedIn);
        CPPUNIT_ASSERT(audit[1].action == AuditAction::kSignedOut);
        for (const auto& event : audit) CPPUNIT_ASSERT(event.user == ann_.id && event.origin.address == kAddress);
    }

    void answersOneAndTheSameForEveryCauseOfRefusal() {
        const std::pair<const char*, const char*> causes[] = {{kAnn, "wrong"},
                                                              {kAnn, ""},
                                                              {"nobody@acme.example", kPassword},
                                                              {"pending@acme.example", kPassword},
                                                              {"suspended@acme.example", kPassword},
                                                              {"not an address", kPassword},
                                                              {"", ""},
                                                              {"\xff", kPassword}};
        for (const auto& [email, password] : causes) {
            const auto refused = world_.signIns.signIn(acme_, attempt(email, password));
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInRefused, refused));
            CPPUNIT_ASSERT(refused.error().detail.empty());
            CPPUNIT_ASSERT(refused.error().retryAfter.count() == 0);
        }
        CPPUNIT_ASSERT(world_.stores.data(acme_).sessions.empty());
        CPPUNIT_ASSERT(world_.stores.data(acme_).devices.empty());
    }

    void recordsARefusalWithTheUserOnlyIfThereIsOne() {
        CPPUNIT_ASSERT(!world_.signIns.signIn(acme_, attempt(kAnn, "wrong")).ok());
        CPPUNIT_ASSERT(!world_.signIns.signIn(acme_, attempt("nobody@acme.example")).ok());
        const auto audit = world_.stores.data(acme_).audit;
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, audit.size());
        CPPUNIT_ASSERT(audit[0].action == AuditAction::kSignInRefused && audit[0].user == ann_.id);
        CPPUNIT_ASSERT(audit[1].action == AuditAction::kSignInRefused && !audit[1].user);
    }

    void knowsTheUsersOfThisTenantAlone() {
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInRefused, world_.signIns.signIn(globex_, attempt(kAnn))));
    }

    void signsOutOfThisSessionAlone() {
        const auto first = signIn();
        const auto second = signIn();
        world_.signIns.signOut(world_.authenticator.bySession(acme_, first.session, origin()).value(), first.session);
        CPPUNIT_ASSERT(!lives(first.session));
        CPPUNIT_ASSERT(lives(second.session));
    }

    void keepsABrowsersDeviceToken() {
        auto device = signIn().device;
        const auto text = device.revealForCookie();
        auto again = attempt(kAnn);
        again.device = std::move(device);
        CPPUNIT_ASSERT_EQUAL(text, world_.signIns.signIn(acme_, std::move(again)).value().device.revealForCookie());

        auto stranger = attempt(kAnn);
        stranger.device = DeviceToken::generate();
        const auto unknown = stranger.device->revealForCookie();
        CPPUNIT_ASSERT(unknown != world_.signIns.signIn(acme_, std::move(stranger)).value().device.revealForCookie());
    }

    void startsNothingWithoutTheDatabase() {
        world_.stores.be(InMemoryStores::Reach::kUnreachable);
        CPPUNIT_ASSERT_THROW((void)world_.signIns.signIn(acme_, attempt(kAnn)), domain::StorageUnavailable);
        world_.stores.be(InMemoryStores::Reach::kReachable);
        CPPUNIT_ASSERT(world_.stores.data(acme_).sessions.empty());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SignInServiceTest);

}  // namespace
}  // namespace claviger::tests

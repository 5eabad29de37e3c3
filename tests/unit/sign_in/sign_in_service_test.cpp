#include "domain/sign_in/sign_in_service.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/interrupted_stores.h"
#include "tests/support/refusals.h"
#include "tests/unit/scene_fixture.h"

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

// The state that each test starts from.
struct Scene : TwoTenants {
    domain::User ann = world.makeUser(acme, kAnn);
    domain::User pending = world.makeUser(acme, "pending@acme.example", UserStatus::kPending);
    domain::User suspended = world.makeUser(acme, "suspended@acme.example", UserStatus::kSuspended);
};

class SignInServiceTest : public SceneFixture<Scene> {
    CPPUNIT_TEST_SUITE(SignInServiceTest);
    CPPUNIT_TEST(startsASessionForTheRightPassword);
    CPPUNIT_TEST(takesTheEmailInAnyCaseAndWithBlanksAround);
    CPPUNIT_TEST(givesANewSessionAtEachSignIn);
    CPPUNIT_TEST(theFiftyFirstSignInEndsTheSessionSeenLeastRecently);
    CPPUNIT_TEST(endsTheBrowsersSessionSoFar);
    CPPUNIT_TEST(storesHashesOfTokensAlone);
    CPPUNIT_TEST(recordsSignInsAndSignOuts);
    CPPUNIT_TEST(answersOneAndTheSameForEveryCauseOfRefusal);
    CPPUNIT_TEST(recordsARefusalWithTheUserOnlyIfThereIsOne);
    CPPUNIT_TEST(knowsTheUsersOfThisTenantAlone);
    CPPUNIT_TEST(signsOutOfThisSessionAlone);
    CPPUNIT_TEST(keepsABrowsersDeviceToken);
    CPPUNIT_TEST(renewsAPasswordOfAnotherCost);
    CPPUNIT_TEST(renewsNoPasswordOfARefusedSignIn);
    CPPUNIT_TEST(letsTwoOverlappingSignInsInAfterAChangeOfTheCost);
    CPPUNIT_TEST(opensASealedPasswordAndKeepsItSealed);
    CPPUNIT_TEST(renewsASealedPasswordAsASealedOne);
    CPPUNIT_TEST(refusesASealedPasswordOfAnotherUser);
    CPPUNIT_TEST(givesNoVerdictOnAPasswordWhosePepperIsMissing);
    CPPUNIT_TEST(givesNoVerdictOnAPasswordThatIsSealedMeanwhile);
    CPPUNIT_TEST(answersAnUnknownEmailLikeOneOfTheAccounts);
    CPPUNIT_TEST(refusesAPasswordThatWasReplacedMeanwhile);
    CPPUNIT_TEST(recordsTheRefusalOfAUserWhoIsSuspendedMeanwhile);
    CPPUNIT_TEST(startsNothingWithoutTheDatabase);
    CPPUNIT_TEST(letsOneAttemptOfAnAccountHashAndOneWaitAndRefusesMore);
    CPPUNIT_TEST(letsAKnownDeviceWaitInsteadOfAStranger);
    CPPUNIT_TEST(letsOtherAccountsAndTenantsWaitBesideABusyOne);
    CPPUNIT_TEST_SUITE_END();

    static SignInAttempt attempt(const std::string& email, const std::string& password = kPassword) {
        return {email, Password::attempt(password), std::nullopt, std::nullopt, origin()};
    }
    SignedIn signIn() { return scene_->world.signIns.signIn(scene_->acme, attempt(kAnn)).value(); }
    bool lives(const SessionToken& token) {
        return scene_->world.authenticator.bySession(scene_->acme, token, origin()).ok();
    }

    void startsASessionForTheRightPassword() {
        const auto signedIn = signIn();
        const auto actor = scene_->world.authenticator.bySession(scene_->acme, signedIn.session, origin()).value();
        CPPUNIT_ASSERT(actor.user().id == scene_->ann.id);
    }

    void takesTheEmailInAnyCaseAndWithBlanksAround() {
        CPPUNIT_ASSERT(scene_->world.signIns.signIn(scene_->acme, attempt(" ANN@Acme.Example ")).ok());
    }

    void givesANewSessionAtEachSignIn() {
        const auto first = signIn();
        const auto second = signIn();
        CPPUNIT_ASSERT(first.session.revealForCookie() != second.session.revealForCookie());
        CPPUNIT_ASSERT(lives(first.session) && lives(second.session));  // two browsers
    }

    void theFiftyFirstSignInEndsTheSessionSeenLeastRecently() {
        std::vector<SignedIn> browsers;
        for (std::size_t i = 0; i <= domain::kMostOpenSessions; ++i) {
            browsers.push_back(signIn());
            scene_->world.clock.advance(std::chrono::seconds(31));  // 30 sign-ins in 15 minutes are allowed
        }
        CPPUNIT_ASSERT(!lives(browsers[0].session));
        for (std::size_t i = 1; i < browsers.size(); ++i) CPPUNIT_ASSERT(lives(browsers[i].session));
    }

    void endsTheBrowsersSessionSoFar() {
        auto before = signIn().session;
        const auto text = before.revealForCookie();
        auto again = attempt(kAnn);
        again.previous = std::move(before);
        const auto after = scene_->world.signIns.signIn(scene_->acme, std::move(again)).value();
        CPPUNIT_ASSERT(!lives(*SessionToken::parse(text)));
        CPPUNIT_ASSERT(lives(after.session));
    }

    void storesHashesOfTokensAlone() {
        const auto signedIn = signIn();
        const auto data = scene_->world.stores.data(scene_->acme);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, data.sessions.size());
        CPPUNIT_ASSERT(data.sessions.begin()->first == scene_->world.hasher.hash(scene_->acme.id, signedIn.session));
        CPPUNIT_ASSERT(data.devices.begin()->first.second ==
                       scene_->world.hasher.hash(scene_->acme.id, signedIn.device));
    }

    void recordsSignInsAndSignOuts() {
        const auto signedIn = signIn();
        const auto actor = scene_->world.authenticator.bySession(scene_->acme, signedIn.session, origin()).value();
        scene_->world.signIns.signOut(actor, signedIn.session);
        const auto audit = scene_->world.stores.data(scene_->acme).audit;
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, audit.size());
        CPPUNIT_ASSERT(audit[0].action == AuditAction::kSignedIn);
        CPPUNIT_ASSERT(audit[1].action == AuditAction::kSignedOut);
        for (const auto& event : audit)
            CPPUNIT_ASSERT(event.user == scene_->ann.id && event.origin.address == kAddress);
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
            const auto refused = scene_->world.signIns.signIn(scene_->acme, attempt(email, password));
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInRefused, refused));
            CPPUNIT_ASSERT(refused.error().detail.empty());
            CPPUNIT_ASSERT(refused.error().retryAfter.count() == 0);
        }
        CPPUNIT_ASSERT(scene_->world.stores.data(scene_->acme).sessions.empty());
        CPPUNIT_ASSERT(scene_->world.stores.data(scene_->acme).devices.empty());
    }

    void recordsARefusalWithTheUserOnlyIfThereIsOne() {
        CPPUNIT_ASSERT(!scene_->world.signIns.signIn(scene_->acme, attempt(kAnn, "wrong")).ok());
        CPPUNIT_ASSERT(!scene_->world.signIns.signIn(scene_->acme, attempt("nobody@acme.example")).ok());
        const auto audit = scene_->world.stores.data(scene_->acme).audit;
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, audit.size());
        CPPUNIT_ASSERT(audit[0].action == AuditAction::kSignInRefused && audit[0].user == scene_->ann.id);
        CPPUNIT_ASSERT(audit[1].action == AuditAction::kSignInRefused && !audit[1].user);
    }

    void knowsTheUsersOfThisTenantAlone() {
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kSignInRefused, scene_->world.signIns.signIn(scene_->globex, attempt(kAnn))));
    }

    void signsOutOfThisSessionAlone() {
        const auto first = signIn();
        const auto second = signIn();
        scene_->world.signIns.signOut(
            scene_->world.authenticator.bySession(scene_->acme, first.session, origin()).value(), first.session);
        CPPUNIT_ASSERT(!lives(first.session));
        CPPUNIT_ASSERT(lives(second.session));
    }

    void keepsABrowsersDeviceToken() {
        auto device = signIn().device;
        const auto text = device.revealForCookie();
        auto again = attempt(kAnn);
        again.device = std::move(device);
        CPPUNIT_ASSERT_EQUAL(
            text, scene_->world.signIns.signIn(scene_->acme, std::move(again)).value().device.revealForCookie());

        auto stranger = attempt(kAnn);
        stranger.device = DeviceToken::generate();
        const auto unknown = stranger.device->revealForCookie();
        CPPUNIT_ASSERT(
            unknown !=
            scene_->world.signIns.signIn(scene_->acme, std::move(stranger)).value().device.revealForCookie());
    }

    static bool isBusy(const domain::Result<domain::SignInService::Waiting>& attempt) {
        return refusedWith(ErrorCode::kSignInBusy, attempt) && attempt.error().retryAfter.count() > 0;
    }

    void letsOneAttemptOfAnAccountHashAndOneWaitAndRefusesMore() {
        auto& signIns = scene_->world.signIns;
        for (const std::string name : {"ann", "nobody"}) {
            const auto email = name + "@acme.example";
            const auto hashing = signIns.begin(scene_->acme, attempt(email));
            const auto waiting = signIns.begin(scene_->acme, attempt(email));
            CPPUNIT_ASSERT(hashing.value().isDecided() && !waiting.value().isDecided());
            for (const auto& spelling : {email, " " + name + "@ACME.example"})
                CPPUNIT_ASSERT(isBusy(signIns.begin(scene_->acme, attempt(spelling))));
            CPPUNIT_ASSERT(scene_->world.stores.data(scene_->acme).attempts.empty());
            CPPUNIT_ASSERT(scene_->world.stores.data(scene_->acme).audit.empty());
        }
    }

    void letsAKnownDeviceWaitInsteadOfAStranger() {
        auto device = signIn().device;
        const auto counted = scene_->world.stores.data(scene_->acme).attempts.size();  // the success
        auto& signIns = scene_->world.signIns;
        auto hashing = signIns.begin(scene_->acme, attempt(kAnn));
        auto stranger = signIns.begin(scene_->acme, attempt(kAnn, "wrong"));
        auto known = attempt(kAnn);
        known.device = std::move(device);
        auto owner = signIns.begin(scene_->acme, std::move(known));
        CPPUNIT_ASSERT(stranger.value().isDecided() && !owner.value().isDecided());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInBusy, signIns.finish(std::move(stranger).value())));
        CPPUNIT_ASSERT_EQUAL(counted, scene_->world.stores.data(scene_->acme).attempts.size());
        CPPUNIT_ASSERT(signIns.finish(std::move(hashing).value()).ok());
        CPPUNIT_ASSERT(owner.value().isDecided() && signIns.finish(std::move(owner).value()).ok());
    }

    void letsOtherAccountsAndTenantsWaitBesideABusyOne() {
        auto& signIns = scene_->world.signIns;
        auto hashing = signIns.begin(scene_->acme, attempt(kAnn));
        auto waiting = signIns.begin(scene_->acme, attempt(kAnn));
        auto other = signIns.begin(scene_->acme, attempt("nobody@acme.example"));
        auto elsewhere = signIns.begin(scene_->globex, attempt(kAnn));
        CPPUNIT_ASSERT(waiting.ok() && other.ok() && elsewhere.ok());
        CPPUNIT_ASSERT(signIns.finish(std::move(hashing).value()).ok());
        CPPUNIT_ASSERT(elsewhere.value().isDecided() && !other.value().isDecided());  // the tenants take turns
    }

    // Stores the user's password once more, in a form of this cost. Returns the form.
    std::string storeAt(const domain::User& user, domain::secrets::PasswordCost cost) {
        const auto hash = domain::secrets::PasswordHasher(cost).hash(Password::attempt(kPassword));
        (void)scene_->world.stores.transact<void>(scene_->acme,
                                                  [&](domain::TenantStore& store) -> domain::Result<void> {
                                                      store.users().setPassword(user.id, hash);
                                                      return {};
                                                  });
        return hash.stored();
    }
    domain::secrets::PasswordHash storedOf(const domain::User& user) {
        return scene_->world.stores.data(scene_->acme).accounts.at(user.id).passwordHash;
    }

    void renewsAPasswordOfAnotherCost() {
        const auto configured = storedOf(scene_->ann).cost();
        for (const auto& cost : {domain::secrets::PasswordCost{9, 2}, domain::secrets::PasswordCost{8, 2}}) {
            storeAt(scene_->ann, cost);
            signIn();
            const auto renewed = storedOf(scene_->ann);
            CPPUNIT_ASSERT(renewed.cost() == configured);
            signIn();
            CPPUNIT_ASSERT_EQUAL(renewed.stored(), storedOf(scene_->ann).stored());
        }
        CPPUNIT_ASSERT(!scene_->world.signIns.signIn(scene_->acme, attempt(kAnn, "wrong")).ok());
    }

    void renewsNoPasswordOfARefusedSignIn() {
        const auto ann = storeAt(scene_->ann, {9, 2});
        const auto pending = storeAt(scene_->pending, {9, 2});
        CPPUNIT_ASSERT(!scene_->world.signIns.signIn(scene_->acme, attempt(kAnn, "wrong")).ok());
        CPPUNIT_ASSERT(!scene_->world.signIns.signIn(scene_->acme, attempt("pending@acme.example")).ok());
        CPPUNIT_ASSERT_EQUAL(ann, storedOf(scene_->ann).stored());
        CPPUNIT_ASSERT_EQUAL(pending, storedOf(scene_->pending).stored());
    }

    using Waiting = domain::SignInService::Waiting;
    Waiting begun() { return scene_->world.signIns.begin(scene_->acme, attempt(kAnn)).value(); }
    static void await(const Waiting& waiting) {
        while (!waiting.isDecided()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }

    void letsTwoOverlappingSignInsInAfterAChangeOfTheCost() {
        storeAt(scene_->ann, {9, 2});
        auto first = begun(), second = begun();
        await(first);
        CPPUNIT_ASSERT(scene_->world.signIns.finish(std::move(first)).ok());
        await(second);
        CPPUNIT_ASSERT(scene_->world.signIns.finish(std::move(second)).ok());
    }

    void store(const domain::User& user, const domain::secrets::PasswordHash& hash) {
        (void)scene_->world.stores.transact<void>(scene_->acme,
                                                  [&](domain::TenantStore& store) -> domain::Result<void> {
                                                      store.users().setPassword(user.id, hash);
                                                      return {};
                                                  });
    }
    // Ann's stored password, sealed for this user with the pepper of the world.
    domain::secrets::PasswordHash sealedFor(const domain::User& user) {
        return domain::secrets::PasswordSeal(scene_->world.hasher)
            .seal(scene_->acme.id, user.id, storedOf(scene_->ann));
    }

    void opensASealedPasswordAndKeepsItSealed() {
        const auto sealed = sealedFor(scene_->ann);
        store(scene_->ann, sealed);
        signIn();
        CPPUNIT_ASSERT_EQUAL(sealed.stored(), storedOf(scene_->ann).stored());
        CPPUNIT_ASSERT(!scene_->world.signIns.signIn(scene_->acme, attempt(kAnn, "wrong")).ok());
    }

    void renewsASealedPasswordAsASealedOne() {
        const auto configured = storedOf(scene_->ann).cost();
        storeAt(scene_->ann, {9, 2});
        store(scene_->ann, sealedFor(scene_->ann));
        signIn();
        CPPUNIT_ASSERT(storedOf(scene_->ann).sealedWith() == scene_->world.hasher.pepperVersion());
        CPPUNIT_ASSERT(storedOf(scene_->ann).cost() == configured);
        signIn();
    }

    void refusesASealedPasswordOfAnotherUser() {
        store(scene_->ann, sealedFor(scene_->pending));
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kSignInRefused, scene_->world.signIns.signIn(scene_->acme, attempt(kAnn))));
        CPPUNIT_ASSERT(scene_->world.stores.data(scene_->acme).sessions.empty());
    }

    // The user's stored password, sealed on a host that has another pepper.
    domain::secrets::PasswordHash sealedElsewhere(const domain::User& user) {
        const auto file = scene_->world.folder.path() / "pepper.2";
        if (!std::filesystem::exists(file)) domain::secrets::Pepper::create(file, 2);
        const domain::secrets::Hasher elsewhere(domain::secrets::Pepper::load(file));
        return domain::secrets::PasswordSeal(elsewhere).seal(scene_->acme.id, user.id, storedOf(user));
    }
    template <class T>
    static bool isWithoutVerdict(const domain::Result<T>& attempt) {
        return refusedWith(ErrorCode::kPepperMissing, attempt) && attempt.error().retryAfter.count() == 1 &&
               attempt.error().detail.find("the pepper of version 2") != std::string::npos;
    }
    void assertNothingHappened() {
        const auto data = scene_->world.stores.data(scene_->acme);
        CPPUNIT_ASSERT(data.attempts.empty() && data.audit.empty() && data.sessions.empty() && data.devices.empty());
    }

    void givesNoVerdictOnAPasswordWhosePepperIsMissing() {
        for (const auto& user : {scene_->ann, scene_->suspended}) {
            store(user, sealedElsewhere(user));
            for (const auto* password : {kPassword, "wrong"})
                for (int i = 0; i < 11; ++i)
                    CPPUNIT_ASSERT(isWithoutVerdict(
                        scene_->world.signIns.begin(scene_->acme, attempt(user.email.text(), password))));
        }
        assertNothingHappened();
        CPPUNIT_ASSERT_EQUAL(44, scene_->world.missingPeppers.failures.load());
        CPPUNIT_ASSERT_EQUAL(0, scene_->world.missingPeppers.successes.load());
    }

    // Its check may have begun, but on a form that is not stored any more.
    void givesNoVerdictOnAPasswordThatIsSealedMeanwhile() {
        auto waiting = begun();
        await(waiting);
        store(scene_->ann, sealedElsewhere(scene_->ann));
        CPPUNIT_ASSERT(isWithoutVerdict(scene_->world.signIns.finish(std::move(waiting))));
        assertNothingHappened();
        CPPUNIT_ASSERT_EQUAL(1, scene_->world.missingPeppers.failures.load());
    }

    // The part of 300 unknown e-mails that get no verdict. Each gets the same answer again.
    int unknownWithoutVerdict() {
        scene_->world.clock.advance(std::chrono::minutes(1));
        int count = 0;
        for (int i = 0; i < 300; ++i) {
            const auto email = "nobody" + std::to_string(i) + "@acme.example";
            const bool without = isWithoutVerdict(scene_->world.signIns.begin(scene_->acme, attempt(email)));
            CPPUNIT_ASSERT_EQUAL(without, !scene_->world.signIns.begin(scene_->acme, attempt(" " + email + " ")).ok());
            count += without ? 1 : 0;
        }
        return count;
    }

    // The scene has three accounts.
    void answersAnUnknownEmailLikeOneOfTheAccounts() {
        CPPUNIT_ASSERT_EQUAL(0, unknownWithoutVerdict());
        store(scene_->ann, sealedElsewhere(scene_->ann));
        const auto third = unknownWithoutVerdict();
        CPPUNIT_ASSERT(third > 60 && third < 140);
        store(scene_->pending, sealedElsewhere(scene_->pending));
        const auto twoThirds = unknownWithoutVerdict();
        CPPUNIT_ASSERT(twoThirds > 160 && twoThirds < 240);
        store(scene_->suspended, sealedElsewhere(scene_->suspended));
        CPPUNIT_ASSERT_EQUAL(300, unknownWithoutVerdict());
        CPPUNIT_ASSERT(scene_->world.stores.data(scene_->acme).attempts.empty());
    }

    void refusesAPasswordThatWasReplacedMeanwhile() {
        auto waiting = begun();
        await(waiting);
        store(scene_->ann, domain::secrets::PasswordHasher({8, 1}).hash(Password::attempt("another password")));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInRefused, scene_->world.signIns.finish(std::move(waiting))));
        CPPUNIT_ASSERT(scene_->world.stores.data(scene_->acme).sessions.empty());
    }

    // The suspension comes after the check of the password: the attempt is counted first, the session started last.
    void recordsTheRefusalOfAUserWhoIsSuspendedMeanwhile() {
        auto& world = scene_->world;
        InterruptedStores stores(world.stores);
        int transactions = 0;
        stores.before = [&] {
            if (++transactions == 2) world.setStatus(scene_->acme, scene_->ann, UserStatus::kSuspended);
        };
        WholeSignIns signIns(stores, world.hasher, world.passwords, world.hashing, world.clock, world.missingPeppers);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInRefused, signIns.signIn(scene_->acme, attempt(kAnn))));
        const auto data = world.stores.data(scene_->acme);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, data.audit.size());
        CPPUNIT_ASSERT(data.audit[0].action == AuditAction::kSignInRefused && data.audit[0].user == scene_->ann.id);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, data.attempts.size());  // of the account and of the address
        CPPUNIT_ASSERT(data.sessions.empty());
    }

    void startsNothingWithoutTheDatabase() {
        scene_->world.stores.be(InMemoryStores::Reach::kUnreachable);
        CPPUNIT_ASSERT_THROW((void)scene_->world.signIns.signIn(scene_->acme, attempt(kAnn)),
                             domain::StorageUnavailable);
        scene_->world.stores.be(InMemoryStores::Reach::kReachable);
        CPPUNIT_ASSERT(scene_->world.stores.data(scene_->acme).sessions.empty());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SignInServiceTest);

}  // namespace
}  // namespace claviger::tests

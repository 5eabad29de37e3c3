#include "domain/users/user_service.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/refusals.h"
#include "tests/unit/scene_fixture.h"

namespace claviger::tests {
namespace {

using domain::Created;
using domain::Email;
using domain::ErrorCode;
using domain::NewUser;
using domain::UserStatus;
using domain::secrets::Password;

class UserServiceTest : public SceneFixture<TwoTenants> {
    CPPUNIT_TEST_SUITE(UserServiceTest);
    CPPUNIT_TEST(createsAUserWhoSignsInWithThePassword);
    CPPUNIT_TEST(storesThePasswordAsArgon2idAlone);
    CPPUNIT_TEST(isAlreadySoWhenRunAgainAndKeepsThePassword);
    CPPUNIT_TEST(refusesAnotherNameForTheEmailAndChangesNothing);
    CPPUNIT_TEST(refusesAPasswordThatIsEasyToGuess);
    CPPUNIT_TEST(keepsAnEasyPasswordOfBefore);
    CPPUNIT_TEST(createsInOneTenantAlone);
    CPPUNIT_TEST(listsByEmail);
    CPPUNIT_TEST(approvesAPendingAndASuspendedUser);
    CPPUNIT_TEST(isAlreadySoWhenApprovedAgain);
    CPPUNIT_TEST(refusesToApproveNobody);
    CPPUNIT_TEST(suspendsAUserWithTheirSessionsAndKeys);
    CPPUNIT_TEST(anApprovedUserIsAsTheyWereWithoutTheirSessions);
    CPPUNIT_TEST(aNewPasswordEndsTheSessionsAndTheOldPassword);
    CPPUNIT_TEST(signsAUserOutOfEverySession);
    CPPUNIT_TEST(endsEveryRowOfThousandsOfOpenSessions);
    CPPUNIT_TEST(unlocksAnAccountAndItsDevices);
    CPPUNIT_TEST(isAlreadySoWithoutCountedAttempts);
    CPPUNIT_TEST(isAlreadySoWithAttemptsThatCountNoMore);
    CPPUNIT_TEST(unlockingOneUserLeavesTheOthersAndTheAddress);
    CPPUNIT_TEST(aNewPasswordEndsALockOutAndForgetsTheDevices);
    CPPUNIT_TEST(aSuspensionForgetsTheDevicesAndEndsNoLockOut);
    CPPUNIT_TEST(sealsAPasswordIfSealingIsTurnedOnMeanwhile);
    CPPUNIT_TEST(changesOneUserOfOneTenantAlone);
    CPPUNIT_TEST(recordsWhatAnOperatorHasChanged);
    CPPUNIT_TEST(changesNothingOfNobody);
    CPPUNIT_TEST_SUITE_END();

    Email ann_ = Email::parse("ann@acme.example").value();

    domain::Result<domain::CreatedUser> create(const std::string& name, const std::string& password,
                                               UserStatus status = UserStatus::kApproved) {
        return scene_->world.users.create(scene_->acme, {ann_, name, status}, Password::attempt(password));
    }
    bool signsIn(const std::string& password) {
        return scene_->world.signIns.signIn(scene_->acme, {ann_.text(), Password::attempt(password), {}, {}, origin()})
            .ok();
    }
    const domain::Account stored() const { return scene_->world.stores.data(scene_->acme).accounts.begin()->second; }

    void createsAUserWhoSignsInWithThePassword() {
        const auto made = create("Ann", kPassword).value();
        CPPUNIT_ASSERT(made.created == Created::kNow);
        CPPUNIT_ASSERT(made.user.email == ann_);
        CPPUNIT_ASSERT_EQUAL(std::string("Ann"), made.user.name);
        CPPUNIT_ASSERT(made.user.status == UserStatus::kApproved);
        CPPUNIT_ASSERT(made.user.createdAt == scene_->world.clock.now());
        CPPUNIT_ASSERT(signsIn(kPassword));
        CPPUNIT_ASSERT(!signsIn("something else"));
    }

    void storesThePasswordAsArgon2idAlone() {
        create("Ann", kPassword).value();
        const auto text = stored().passwordHash.stored();
        CPPUNIT_ASSERT(text.starts_with("$argon2id$"));
        CPPUNIT_ASSERT(text.find(kPassword) == std::string::npos);
    }

    void isAlreadySoWhenRunAgainAndKeepsThePassword() {
        const auto first = create("Ann", kPassword).value();
        const auto again = create("Ann", "another password", UserStatus::kPending).value();
        CPPUNIT_ASSERT(again.created == Created::kBefore);
        CPPUNIT_ASSERT(again.user.id == first.user.id);
        CPPUNIT_ASSERT(again.user.status == UserStatus::kApproved);
        CPPUNIT_ASSERT(signsIn(kPassword));
        CPPUNIT_ASSERT(!signsIn("another password"));
    }

    void refusesAnotherNameForTheEmailAndChangesNothing() {
        create("Ann", kPassword).value();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserTaken, create("Anna", "another password")));
        CPPUNIT_ASSERT_EQUAL(std::string("Ann"), stored().user.name);
        CPPUNIT_ASSERT(signsIn(kPassword));
    }

    void refusesAPasswordThatIsEasyToGuess() {
        auto& world = scene_->world;
        const std::string easy[] = {"Qwertyuiop123", "xxxxxxxxxxxx", "annacme-2026"};
        for (const auto& password : easy) {
            const auto refused = create("Ann", password);
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kInvalidArgument, refused));
            CPPUNIT_ASSERT(refused.error().detail.find("Choose another one") != std::string::npos);
            CPPUNIT_ASSERT(refused.error().detail.find(password) == std::string::npos);
        }
        CPPUNIT_ASSERT(world.stores.data(scene_->acme).accounts.empty());
        CPPUNIT_ASSERT(world.stores.data(scene_->acme).audit.empty());

        create("Ann", kPassword).value();
        const auto before = stored().passwordHash.stored();
        const auto events = world.stores.data(scene_->acme).audit.size();
        for (const auto& password : easy)
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kInvalidArgument,
                                       world.users.setPassword(scene_->acme, ann_, Password::attempt(password))));
        CPPUNIT_ASSERT_EQUAL(before, stored().passwordHash.stored());
        CPPUNIT_ASSERT_EQUAL(events, world.stores.data(scene_->acme).audit.size());
    }

    void keepsAnEasyPasswordOfBefore() {
        auto& world = scene_->world;
        constexpr auto kEasy = "qwertyuiop123";
        const auto ann = create("Ann", kPassword).value().user.id;
        (void)world.stores.transact<void>(scene_->acme, [&](domain::TenantStore& store) -> domain::Result<void> {
            store.users().setPassword(ann, world.passwords.hash(Password::attempt(kEasy)));
            return {};
        });
        CPPUNIT_ASSERT(signsIn(kEasy));
        CPPUNIT_ASSERT(create("Ann", kEasy).value().created == Created::kBefore);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserTaken, create("Another Ann", kEasy)));
        CPPUNIT_ASSERT(signsIn(kEasy));
    }

    void createsInOneTenantAlone() {
        create("Ann", kPassword).value();
        CPPUNIT_ASSERT(scene_->world.users.list(scene_->globex).empty());
        const NewUser elsewhere{ann_, "Another Ann", UserStatus::kApproved};
        CPPUNIT_ASSERT(scene_->world.users.create(scene_->globex, elsewhere, Password::attempt(kPassword)).ok());
    }

    void listsByEmail() {
        for (const auto* email : {"c@x", "a@x", "b@x"}) scene_->world.makeUser(scene_->acme, email);
        const auto all = scene_->world.users.list(scene_->acme);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, all.size());
        CPPUNIT_ASSERT_EQUAL(std::string("a@x"), all[0].email.text());
        CPPUNIT_ASSERT_EQUAL(std::string("b@x"), all[1].email.text());
        CPPUNIT_ASSERT_EQUAL(std::string("c@x"), all[2].email.text());
    }

    void approvesAPendingAndASuspendedUser() {
        for (const auto status : {UserStatus::kPending, UserStatus::kSuspended}) {
            create("Ann", kPassword).value();
            scene_->world.setStatus(scene_->acme, stored().user, status);
            CPPUNIT_ASSERT(!signsIn(kPassword));
            CPPUNIT_ASSERT(scene_->world.users.approve(scene_->acme, ann_).value().user.status ==
                           UserStatus::kApproved);
            CPPUNIT_ASSERT(signsIn(kPassword));
        }
    }

    void isAlreadySoWhenApprovedAgain() {
        create("Ann", kPassword).value();
        CPPUNIT_ASSERT(scene_->world.users.approve(scene_->acme, ann_).ok());
        CPPUNIT_ASSERT(signsIn(kPassword));
    }

    domain::User ann() { return create("Ann", kPassword).value().user; }
    bool isLive(const domain::secrets::SessionToken& token) {
        return scene_->world.authenticator.bySession(scene_->acme, token, origin()).ok();
    }
    std::vector<domain::AuditAction> audit() const {
        std::vector<domain::AuditAction> actions;
        for (const auto& event : scene_->world.stores.data(scene_->acme).audit) actions.push_back(event.action);
        return actions;
    }

    void suspendsAUserWithTheirSessionsAndKeys() {
        auto& world = scene_->world;
        const auto user = ann();
        const auto first = world.makeSession(scene_->acme, user), second = world.makeSession(scene_->acme, user);
        const auto key = world.apiKeys.create(world.makeActor(scene_->acme, user), newKey("Zapier")).value();

        const auto suspended = world.users.suspend(scene_->acme, ann_).value();

        CPPUNIT_ASSERT(suspended.changed && suspended.user.status == UserStatus::kSuspended);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, suspended.endedSessions);
        CPPUNIT_ASSERT(!isLive(first) && !isLive(second));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, world.verify(scene_->acme, key)));
        CPPUNIT_ASSERT(!signsIn(kPassword));
        CPPUNIT_ASSERT(!world.users.suspend(scene_->acme, ann_).value().changed);
    }

    void anApprovedUserIsAsTheyWereWithoutTheirSessions() {
        auto& world = scene_->world;
        const auto user = ann();
        const auto session = world.makeSession(scene_->acme, user);
        const auto key = world.apiKeys.create(world.makeActor(scene_->acme, user), newKey("Zapier")).value();
        world.users.suspend(scene_->acme, ann_).value();

        CPPUNIT_ASSERT(world.users.approve(scene_->acme, ann_).value().changed);

        CPPUNIT_ASSERT(world.verify(scene_->acme, key).ok());
        CPPUNIT_ASSERT(!isLive(session));
        CPPUNIT_ASSERT(signsIn(kPassword));
    }

    void aNewPasswordEndsTheSessionsAndTheOldPassword() {
        auto& world = scene_->world;
        const auto user = ann();
        const auto session = world.makeSession(scene_->acme, user);
        const auto key = world.apiKeys.create(world.makeActor(scene_->acme, user), newKey("Zapier")).value();

        const auto set = world.users.setPassword(scene_->acme, ann_, Password::attempt("another password")).value();

        CPPUNIT_ASSERT(set.changed && set.user.status == UserStatus::kApproved);
        CPPUNIT_ASSERT(!isLive(session));
        CPPUNIT_ASSERT(!signsIn(kPassword));
        CPPUNIT_ASSERT(signsIn("another password"));
        CPPUNIT_ASSERT(world.verify(scene_->acme, key).ok());
    }

    // The workers of the release before read the rows, and that release set no limit.
    void endsEveryRowOfThousandsOfOpenSessions() {
        auto& world = scene_->world;
        const auto user = ann();
        const auto fill = [&] {
            const auto now = world.clock.now();
            CPPUNIT_ASSERT(world.stores
                               .transact<void>(scene_->acme,
                                               [&](domain::TenantStore& store) -> domain::Result<void> {
                                                   for (std::size_t i = 0;
                                                        i < 2 * domain::UserService::kEndedAtOnce + 60; ++i)
                                                       store.sessions().add(
                                                           world.hasher.hash(scene_->acme.id,
                                                                             domain::secrets::SessionToken::generate()),
                                                           {user.id, now, now, now + domain::kSessionAbsoluteLimit});
                                                   return {};
                                               })
                               .ok());
        };
        const auto open = [&] {
            const auto data = world.stores.data(scene_->acme);
            return std::count_if(data.sessions.begin(), data.sessions.end(),
                                 [](const auto& stored) { return !stored.second.endedAt; });
        };
        auto& users = world.users;
        fill();
        CPPUNIT_ASSERT_EQUAL(domain::kMostOpenSessions, users.signOut(scene_->acme, ann_).value().endedSessions);
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{0}, open());
        fill();
        CPPUNIT_ASSERT(users.setPassword(scene_->acme, ann_, Password::attempt("another password")).ok());
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{0}, open());
        fill();
        CPPUNIT_ASSERT(users.suspend(scene_->acme, ann_).ok());
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{0}, open());
    }

    void signsAUserOutOfEverySession() {
        const auto user = ann();
        const auto session = scene_->world.makeSession(scene_->acme, user);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, scene_->world.users.signOut(scene_->acme, ann_).value().endedSessions);
        CPPUNIT_ASSERT(!isLive(session));
        CPPUNIT_ASSERT(!scene_->world.users.signOut(scene_->acme, ann_).value().changed);
        CPPUNIT_ASSERT(signsIn(kPassword));
    }

    domain::Result<domain::SignedIn> signIn(const std::string& password, const std::string& device = {},
                                            const std::string& email = "ann@acme.example") {
        return scene_->world.signIns.signIn(
            scene_->acme,
            {email, Password::attempt(password), domain::secrets::DeviceToken::parse(device), {}, origin()});
    }
    std::string newDevice() { return signIn(kPassword).value().device.revealForCookie(); }
    void lockOut(const std::string& device = {}, const std::string& email = "ann@acme.example") {
        for (int i = 0; i < 10; ++i)
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInRefused, signIn("wrong", device, email)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyAttempts, signIn(kPassword, device, email)));
    }

    void unlocksAnAccountAndItsDevices() {
        ann();
        const auto device = newDevice();
        lockOut();
        lockOut(device);
        CPPUNIT_ASSERT(scene_->world.users.unlock(scene_->acme, ann_).value().changed);
        CPPUNIT_ASSERT(signIn(kPassword).ok());
        CPPUNIT_ASSERT(signIn(kPassword, device).ok());
        for (int i = 0; i < 28; ++i) CPPUNIT_ASSERT(signIn(kPassword).ok());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kSignInBudgetUsed, signIn(kPassword)));
        scene_->world.users.unlock(scene_->acme, ann_).value();
        CPPUNIT_ASSERT(signIn(kPassword).ok());
        CPPUNIT_ASSERT_EQUAL(domain::AuditAction::kUserUnlocked, audit().at(audit().size() - 2));
    }

    void isAlreadySoWithoutCountedAttempts() {
        ann();
        CPPUNIT_ASSERT(!scene_->world.users.unlock(scene_->acme, ann_).value().changed);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, audit().size());  // of the creation
    }

    // They may count on a host whose clock is behind, so they are deleted nevertheless.
    void isAlreadySoWithAttemptsThatCountNoMore() {
        ann();
        lockOut();
        const auto before = audit().size();
        scene_->world.clock.advance(domain::Throttle::kWindow + std::chrono::seconds(1));
        CPPUNIT_ASSERT(!scene_->world.users.unlock(scene_->acme, ann_).value().changed);
        CPPUNIT_ASSERT_EQUAL(before, audit().size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{10},
                             scene_->world.stores.data(scene_->acme).attempts.size());  // the address's
    }

    void unlockingOneUserLeavesTheOthersAndTheAddress() {
        ann();
        scene_->world.makeUser(scene_->acme, "bob@acme.example");
        lockOut({}, "bob@acme.example");
        for (int i = 0; i < 9; ++i) lockOut({}, "user" + std::to_string(i) + "@acme.example");
        scene_->world.users.unlock(scene_->acme, ann_).value();
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kTooManyAttempts, signIn(kPassword)));  // this address has failed a hundred times
        CPPUNIT_ASSERT_EQUAL(std::size_t{200}, scene_->world.stores.data(scene_->acme).attempts.size());
    }

    void aNewPasswordEndsALockOutAndForgetsTheDevices() {
        ann();
        const auto device = newDevice();
        lockOut();
        scene_->world.users.setPassword(scene_->acme, ann_, Password::attempt(kPassword)).value();
        CPPUNIT_ASSERT(scene_->world.stores.data(scene_->acme).devices.empty());
        CPPUNIT_ASSERT(signIn(kPassword).ok());
        lockOut(device);  // for the account
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyAttempts, signIn(kPassword)));
    }

    // `claviger pepper seal` turns sealing on and passes over all rows after the form was made, and before its row is
    // there.
    void sealsAPasswordIfSealingIsTurnedOnMeanwhile() {
        auto& world = scene_->world;
        int reads = 0;
        domain::UserService users(
            world.stores, world.passwords,
            {[&]() -> const domain::Throttle& { return world.throttle; },
             [&] { return reads++ == 0 ? std::nullopt : std::optional(domain::secrets::PasswordSeal(world.hasher)); }},
            world.clock, operatorOrigin());
        CPPUNIT_ASSERT(
            users.create(scene_->acme, {ann_, "Ann", UserStatus::kApproved}, Password::attempt(kPassword)).ok());
        CPPUNIT_ASSERT(stored().passwordHash.sealedWith() == world.hasher.pepperVersion());
        CPPUNIT_ASSERT(signsIn(kPassword));
        reads = 0;
        CPPUNIT_ASSERT(users.setPassword(scene_->acme, ann_, Password::attempt("another password")).ok());
        CPPUNIT_ASSERT(stored().passwordHash.sealedWith() == world.hasher.pepperVersion());
        CPPUNIT_ASSERT(signsIn("another password"));
    }

    void aSuspensionForgetsTheDevicesAndEndsNoLockOut() {
        ann();
        (void)newDevice();
        lockOut();
        scene_->world.users.suspend(scene_->acme, ann_).value();
        CPPUNIT_ASSERT(scene_->world.stores.data(scene_->acme).devices.empty());
        scene_->world.users.approve(scene_->acme, ann_).value();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyAttempts, signIn(kPassword)));
    }

    void changesOneUserOfOneTenantAlone() {
        auto& world = scene_->world;
        ann();
        const auto bob = world.makeUser(scene_->acme, "bob@acme.example");
        const auto bobs = world.makeSession(scene_->acme, bob);
        const auto other = world.makeUser(scene_->globex, ann_.text());
        const auto others = world.makeSession(scene_->globex, other);
        world.users.suspend(scene_->acme, ann_).value();
        world.users.setPassword(scene_->acme, ann_, Password::attempt("another password")).value();
        CPPUNIT_ASSERT(isLive(bobs));
        CPPUNIT_ASSERT(world.authenticator.bySession(scene_->globex, others, origin()).ok());
    }

    void recordsWhatAnOperatorHasChanged() {
        auto& users = scene_->world.users;
        ann();
        scene_->world.makeSession(scene_->acme, stored().user);
        users.approve(scene_->acme, ann_).value();  // already so: no row
        users.suspend(scene_->acme, ann_).value();
        users.suspend(scene_->acme, ann_).value();  // already so: no row
        users.approve(scene_->acme, ann_).value();
        users.setPassword(scene_->acme, ann_, Password::attempt("another password")).value();
        scene_->world.makeSession(scene_->acme, stored().user);
        users.signOut(scene_->acme, ann_).value();
        using enum domain::AuditAction;
        CPPUNIT_ASSERT(
            (audit() == std::vector{kUserCreated, kUserSuspended, kUserApproved, kPasswordSet, kSessionsEnded}));
        for (const auto& event : scene_->world.stores.data(scene_->acme).audit) {
            CPPUNIT_ASSERT(event.user == stored().user.id);
            CPPUNIT_ASSERT_EQUAL(operatorOrigin().address, event.origin.address);
        }
    }

    void changesNothingOfNobody() {
        auto& users = scene_->world.users;
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserNotFound, users.suspend(scene_->acme, ann_)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserNotFound, users.signOut(scene_->acme, ann_)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserNotFound, users.unlock(scene_->acme, ann_)));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserNotFound,
                                   users.setPassword(scene_->acme, ann_, Password::attempt("another password"))));
        CPPUNIT_ASSERT(audit().empty());
    }

    void refusesToApproveNobody() {
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserNotFound, scene_->world.users.approve(scene_->acme, ann_)));
        create("Ann", kPassword, UserStatus::kPending).value();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserNotFound, scene_->world.users.approve(scene_->globex, ann_)));
        CPPUNIT_ASSERT(stored().user.status == UserStatus::kPending);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(UserServiceTest);

}  // namespace
}  // namespace claviger::tests

#include "domain/users/user_service.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

#include "tests/support/refusals.h"
#include "tests/unit/world.h"

namespace claviger::tests {
namespace {

using domain::Created;
using domain::Email;
using domain::ErrorCode;
using domain::NewUser;
using domain::UserStatus;
using domain::secrets::Password;

// What each test starts from.
struct Scene {
    World world;
    domain::Tenant acme = world.makeTenant("acme");
    domain::Tenant globex = world.makeTenant("globex");
};

class UserServiceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(UserServiceTest);
    CPPUNIT_TEST(createsAUserWhoSignsInWithThePassword);
    CPPUNIT_TEST(storesThePasswordAsArgon2idAlone);
    CPPUNIT_TEST(isAlreadySoWhenRunAgainAndKeepsThePassword);
    CPPUNIT_TEST(refusesAnotherNameForTheEmailAndChangesNothing);
    CPPUNIT_TEST(createsInOneTenantAlone);
    CPPUNIT_TEST(listsByEmail);
    CPPUNIT_TEST(approvesAPendingAndASuspendedUser);
    CPPUNIT_TEST(isAlreadySoWhenApprovedAgain);
    CPPUNIT_TEST(refusesToApproveNobody);
    CPPUNIT_TEST_SUITE_END();

    // Made in setUp: CppUnit constructs the fixtures of all tests before it runs the first.
    std::optional<Scene> scene_;
    Email ann_ = Email::parse("ann@acme.example").value();

public:
    void setUp() override { scene_.emplace(); }
    void tearDown() override { scene_.reset(); }

private:
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
            CPPUNIT_ASSERT(scene_->world.users.approve(scene_->acme, ann_).value().status == UserStatus::kApproved);
            CPPUNIT_ASSERT(signsIn(kPassword));
        }
    }

    void isAlreadySoWhenApprovedAgain() {
        create("Ann", kPassword).value();
        CPPUNIT_ASSERT(scene_->world.users.approve(scene_->acme, ann_).ok());
        CPPUNIT_ASSERT(signsIn(kPassword));
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

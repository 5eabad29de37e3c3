#include "domain/users/user_service.h"

#include <cppunit/extensions/HelperMacros.h>

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

    World world_;
    domain::Tenant acme_ = world_.makeTenant("acme");
    domain::Tenant globex_ = world_.makeTenant("globex");
    Email ann_ = Email::parse("ann@acme.example").value();

    domain::Result<domain::CreatedUser> create(const std::string& name, const std::string& password,
                                               UserStatus status = UserStatus::kApproved) {
        return world_.users.create(acme_, {ann_, name, status}, Password::attempt(password));
    }
    bool signsIn(const std::string& password) {
        return world_.signIns.signIn(acme_, {ann_.text(), Password::attempt(password), {}, {}, origin()}).ok();
    }
    const domain::Account stored() const { return world_.stores.data(acme_).accounts.begin()->second; }

    void createsAUserWhoSignsInWithThePassword() {
        const auto made = create("Ann", kPassword).value();
        CPPUNIT_ASSERT(made.created == Created::kNow);
        CPPUNIT_ASSERT(made.user.email == ann_);
        CPPUNIT_ASSERT_EQUAL(std::string("Ann"), made.user.name);
        CPPUNIT_ASSERT(made.user.status == UserStatus::kApproved);
        CPPUNIT_ASSERT(made.user.createdAt == world_.clock.now());
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
        CPPUNIT_ASSERT(world_.users.list(globex_).empty());
        const NewUser elsewhere{ann_, "Another Ann", UserStatus::kApproved};
        CPPUNIT_ASSERT(world_.users.create(globex_, elsewhere, Password::attempt(kPassword)).ok());
    }

    void listsByEmail() {
        for (const auto* email : {"c@x", "a@x", "b@x"}) world_.makeUser(acme_, email);
        const auto all = world_.users.list(acme_);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, all.size());
        CPPUNIT_ASSERT_EQUAL(std::string("a@x"), all[0].email.text());
        CPPUNIT_ASSERT_EQUAL(std::string("b@x"), all[1].email.text());
        CPPUNIT_ASSERT_EQUAL(std::string("c@x"), all[2].email.text());
    }

    void approvesAPendingAndASuspendedUser() {
        for (const auto status : {UserStatus::kPending, UserStatus::kSuspended}) {
            create("Ann", kPassword).value();
            world_.setStatus(acme_, stored().user, status);
            CPPUNIT_ASSERT(!signsIn(kPassword));
            CPPUNIT_ASSERT(world_.users.approve(acme_, ann_).value().status == UserStatus::kApproved);
            CPPUNIT_ASSERT(signsIn(kPassword));
        }
    }

    void isAlreadySoWhenApprovedAgain() {
        create("Ann", kPassword).value();
        CPPUNIT_ASSERT(world_.users.approve(acme_, ann_).ok());
        CPPUNIT_ASSERT(signsIn(kPassword));
    }

    void refusesToApproveNobody() {
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserNotFound, world_.users.approve(acme_, ann_)));
        create("Ann", kPassword, UserStatus::kPending).value();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kUserNotFound, world_.users.approve(globex_, ann_)));
        CPPUNIT_ASSERT(stored().user.status == UserStatus::kPending);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(UserServiceTest);

}  // namespace
}  // namespace claviger::tests

#include "domain/keys/key_verifier.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

#include "tests/support/refusals.h"
#include "tests/unit/world.h"

namespace claviger::tests {
namespace {

using domain::ErrorCode;
using domain::UserStatus;

class KeyVerifierTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(KeyVerifierTest);
    CPPUNIT_TEST(namesTheKeyAndItsOwner);
    CPPUNIT_TEST(refusesABadFormWithoutAskingTheDatabase);
    CPPUNIT_TEST(refusesAKeyThatNeverWas);
    CPPUNIT_TEST(refusesTheKeyOfAnotherTenant);
    CPPUNIT_TEST(refusesTheKeysOfWhoeverIsNotApproved);
    CPPUNIT_TEST(knowsNothingWithoutTheDatabase);
    CPPUNIT_TEST(recordsTheUseOfALivingKeyAlone);
    CPPUNIT_TEST_SUITE_END();

    World world_;
    domain::Tenant acme_ = world_.makeTenant("acme");
    domain::Tenant globex_ = world_.makeTenant("globex");
    domain::User ann_ = world_.makeUser(acme_, "ann@acme.example");
    domain::Actor ann = world_.makeActor(acme_, ann_);
    domain::IssuedApiKey issued_ = world_.apiKeys.create(ann, keyName("Zapier")).value();

    std::optional<domain::Timestamp> lastUse() {
        world_.usage.flush();
        return world_.stores.data(acme_).keys.at(issued_.key.id).key.lastUsedAt;
    }

    void namesTheKeyAndItsOwner() {
        const auto owner = world_.verify(acme_, issued_).value();
        CPPUNIT_ASSERT(owner.key.id == issued_.key.id);
        CPPUNIT_ASSERT(owner.key.name == issued_.key.name);
        CPPUNIT_ASSERT_EQUAL(std::string("ann@acme.example"), owner.user.email.text());
    }

    void refusesABadFormWithoutAskingTheDatabase() {
        world_.stores.be(InMemoryStores::Reach::kUnreachable);
        std::string tampered(issued_.fullKey.revealForResponse());
        tampered.back() = tampered.back() == '0' ? '1' : '0';
        for (const auto& text :
             {std::string(), std::string("x"), tampered, tampered.substr(1), std::string(100'000, 'x')})
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, world_.verifier.verify(acme_, text)));
    }

    void refusesAKeyThatNeverWas() {
        const auto unknown = domain::secrets::PlainKey::generate();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, world_.verifier.verify(acme_, unknown.revealForResponse())));
    }

    void refusesTheKeyOfAnotherTenant() {
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, world_.verify(globex_, issued_)));
    }

    void refusesTheKeysOfWhoeverIsNotApproved() {
        for (const auto status : {UserStatus::kPending, UserStatus::kSuspended}) {
            world_.setStatus(acme_, ann_, status);
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, world_.verify(acme_, issued_)));
        }
        CPPUNIT_ASSERT(!lastUse());
        world_.setStatus(acme_, ann_, UserStatus::kApproved);
        CPPUNIT_ASSERT(world_.verify(acme_, issued_).ok());
    }

    void knowsNothingWithoutTheDatabase() {
        world_.stores.be(InMemoryStores::Reach::kUnreachable);
        CPPUNIT_ASSERT_THROW((void)world_.verify(acme_, issued_), domain::StorageUnavailable);
    }

    void recordsTheUseOfALivingKeyAlone() {
        CPPUNIT_ASSERT(!lastUse());
        CPPUNIT_ASSERT(!world_.verify(globex_, issued_).ok());
        CPPUNIT_ASSERT(!lastUse());
        CPPUNIT_ASSERT(world_.verify(acme_, issued_).ok());
        CPPUNIT_ASSERT(lastUse() == world_.clock.now());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeyVerifierTest);

}  // namespace
}  // namespace claviger::tests

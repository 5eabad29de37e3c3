#include "domain/keys/api_key_service.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/refusals.h"
#include "tests/unit/world.h"

namespace claviger::tests {
namespace {

using domain::Actor;
using domain::ApiKeyId;
using domain::ApiKeyService;
using domain::AuditAction;
using domain::ErrorCode;
using domain::IssuedApiKey;
using domain::UserStatus;
using namespace std::chrono_literals;

class ApiKeyServiceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ApiKeyServiceTest);
    CPPUNIT_TEST(createsAKeyThatVerifiesAtOnce);
    CPPUNIT_TEST(storesTheHashAndShowsThePrefixAlone);
    CPPUNIT_TEST(recordsWhoCreatedAndRegeneratedWhat);
    CPPUNIT_TEST(listsTheOwnLiveKeysNewestFirst);
    CPPUNIT_TEST(refusesANameInUseAndStoresNothing);
    CPPUNIT_TEST(letsDifferentUsersUseOneName);
    CPPUNIT_TEST(makesExactlyOneKeyOfFiftyParallelCreates);
    CPPUNIT_TEST(regeneratesUnderTheSameName);
    CPPUNIT_TEST(endsTheOldValueWithTheNewOne);
    CPPUNIT_TEST(countsGenerationsWithinOneLineage);
    CPPUNIT_TEST(keepsDeadRowsAndTheirNamesForgotten);
    CPPUNIT_TEST(answersOneAndTheSameForEveryKeyThatIsNotTheirs);
    CPPUNIT_TEST(regeneratesExactlyOnceOfTwentyParallelTries);
    CPPUNIT_TEST(refusesOverTheLimitAndStoresNothing);
    CPPUNIT_TEST(regeneratesAtTheLimit);
    CPPUNIT_TEST(aFormMakesAKeyOnce);
    CPPUNIT_TEST(aFormRegeneratesOnce);
    CPPUNIT_TEST(aRefusedFormMayBeSentAgain);
    CPPUNIT_TEST(refusesAUserWhoWasSuspendedMeanwhile);
    CPPUNIT_TEST(storesNothingWithoutTheDatabase);
    CPPUNIT_TEST_SUITE_END();

    World world_;
    domain::Tenant acme_ = world_.makeTenant("acme");
    domain::Tenant globex_ = world_.makeTenant("globex");
    domain::User ann_ = world_.makeUser(acme_, "ann@acme.example");
    domain::User bob_ = world_.makeUser(acme_, "bob@acme.example");
    domain::User eve_ = world_.makeUser(globex_, "eve@globex.example");
    Actor ann = world_.makeActor(acme_, ann_);
    Actor bob = world_.makeActor(acme_, bob_);
    Actor eve = world_.makeActor(globex_, eve_);
    ApiKeyService& service_ = world_.apiKeys;

    IssuedApiKey create(const Actor& actor, const std::string& name) {
        return service_.create(actor, keyName(name)).value();
    }
    std::size_t keyRows() const { return world_.stores.data(acme_).keys.size(); }
    std::size_t auditRows() const { return world_.stores.data(acme_).audit.size(); }

    void createsAKeyThatVerifiesAtOnce() {
        const auto issued = create(ann, "Zapier");
        const auto owner = world_.verify(acme_, issued).value();
        CPPUNIT_ASSERT(owner.key.id == issued.key.id);
        CPPUNIT_ASSERT(owner.user.id == ann_.id);
        CPPUNIT_ASSERT(issued.key.name == keyName("Zapier"));
        CPPUNIT_ASSERT(issued.key.user == ann_.id);
        CPPUNIT_ASSERT(issued.key.createdAt == world_.clock.now());
        CPPUNIT_ASSERT(!issued.key.lastUsedAt);
    }

    void storesTheHashAndShowsThePrefixAlone() {
        const auto issued = create(ann, "Zapier");
        const std::string fullKey(issued.fullKey.revealForResponse());
        const auto data = world_.stores.data(acme_);
        const auto& stored = data.keys.at(issued.key.id);
        CPPUNIT_ASSERT(stored.secret.hash == world_.hasher.hash(acme_.id, issued.fullKey));
        CPPUNIT_ASSERT_EQUAL(1, stored.secret.pepperVersion);
        CPPUNIT_ASSERT_EQUAL(fullKey.substr(0, 12), stored.key.keyPrefix);
        CPPUNIT_ASSERT_EQUAL(fullKey.substr(0, 12) + "****", stored.key.maskedKey());
    }

    void recordsWhoCreatedAndRegeneratedWhat() {
        const auto first = create(ann, "Zapier");
        world_.clock.advance(1s);
        const auto second = service_.regenerate(ann, first.key.id).value();

        const auto audit = world_.stores.data(acme_).audit;
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, audit.size());
        CPPUNIT_ASSERT(audit[0].action == AuditAction::kKeyCreated && audit[1].action == AuditAction::kKeyRegenerated);
        CPPUNIT_ASSERT(audit[0].key == first.key.id && audit[1].key == second.key.id);
        for (const auto& event : audit) {
            CPPUNIT_ASSERT(event.user == ann_.id);
            CPPUNIT_ASSERT_EQUAL(std::string(kAddress), event.origin.address);
            CPPUNIT_ASSERT_EQUAL(origin().requestId, event.origin.requestId);
        }
        CPPUNIT_ASSERT(audit[1].at - audit[0].at == 1s);
    }

    void listsTheOwnLiveKeysNewestFirst() {
        const auto first = create(ann, "first");
        world_.clock.advance(1ms);
        const auto second = create(ann, "second");
        world_.clock.advance(1ms);
        const auto renewed = service_.regenerate(ann, first.key.id).value();
        create(bob, "not hers");
        create(eve, "not here");

        const auto keys = service_.list(ann);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, keys.size());
        CPPUNIT_ASSERT(keys[0].id == renewed.key.id);
        CPPUNIT_ASSERT(keys[1].id == second.key.id);
    }

    void refusesANameInUseAndStoresNothing() {
        create(ann, "Zapier");
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameTaken, service_.create(ann, keyName(" Zapier "))));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keyRows());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, auditRows());
        CPPUNIT_ASSERT(service_.create(ann, keyName("zapier")).ok());  // compared exactly
    }

    void letsDifferentUsersUseOneName() {
        create(ann, "Zapier");
        CPPUNIT_ASSERT(service_.create(bob, keyName("Zapier")).ok());
        CPPUNIT_ASSERT(service_.create(eve, keyName("Zapier")).ok());
    }

    void makesExactlyOneKeyOfFiftyParallelCreates() {
        std::atomic<int> made{0};
        std::atomic<int> taken{0};
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 50; ++i)
                threads.emplace_back([&] {
                    const auto issued = service_.create(ann, keyName("Zapier"));
                    if (issued.ok()) ++made;
                    if (refusedWith(ErrorCode::kNameTaken, issued)) ++taken;
                });
        }
        CPPUNIT_ASSERT_EQUAL(1, made.load());
        CPPUNIT_ASSERT_EQUAL(49, taken.load());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keyRows());
    }

    void regeneratesUnderTheSameName() {
        const auto first = create(ann, "Zapier");
        world_.clock.advance(1h);
        const auto second = service_.regenerate(ann, first.key.id).value();
        CPPUNIT_ASSERT(second.key.id != first.key.id);
        CPPUNIT_ASSERT(second.key.name == first.key.name);
        CPPUNIT_ASSERT(second.key.createdAt == world_.clock.now());
        CPPUNIT_ASSERT(!second.key.lastUsedAt);
        CPPUNIT_ASSERT(second.fullKey.revealForResponse() != first.fullKey.revealForResponse());
    }

    void endsTheOldValueWithTheNewOne() {
        const auto first = create(ann, "Zapier");
        const auto second = service_.regenerate(ann, first.key.id).value();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, world_.verify(acme_, first)));
        CPPUNIT_ASSERT(world_.verify(acme_, second).ok());
        CPPUNIT_ASSERT(world_.stores.data(acme_).keys.at(first.key.id).deletedAt == world_.clock.now());
    }

    void countsGenerationsWithinOneLineage() {
        auto issued = create(ann, "Zapier");
        const auto lineage = issued.key.lineage;
        CPPUNIT_ASSERT_EQUAL(1, issued.key.generation);
        for (int generation = 2; generation <= 4; ++generation) {
            issued = service_.regenerate(ann, issued.key.id).value();
            CPPUNIT_ASSERT_EQUAL(generation, issued.key.generation);
            CPPUNIT_ASSERT(issued.key.lineage == lineage);
        }
        CPPUNIT_ASSERT(create(ann, "n8n").key.lineage != lineage);
    }

    void keepsDeadRowsAndTheirNamesForgotten() {
        auto issued = create(ann, "Zapier");
        for (int i = 0; i < 3; ++i) issued = service_.regenerate(ann, issued.key.id).value();
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, keyRows());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, service_.list(ann).size());
    }

    void answersOneAndTheSameForEveryKeyThatIsNotTheirs() {
        const auto dead = create(ann, "dead");
        CPPUNIT_ASSERT(service_.regenerate(ann, dead.key.id).ok());
        const auto of = [](const IssuedApiKey& issued) { return issued.key.id; };
        const auto bobs = create(bob, "his");
        const auto eves = create(eve, "elsewhere");
        const auto before = auditRows();

        for (const auto& id : {ApiKeyId::make(world_.clock.now()), of(dead), of(bobs), of(eves)}) {
            const auto refused = service_.regenerate(ann, id);
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, refused));
            CPPUNIT_ASSERT(refused.error().detail.empty());
        }
        CPPUNIT_ASSERT_EQUAL(before, auditRows());
        CPPUNIT_ASSERT(world_.verify(acme_, bobs).ok());
        CPPUNIT_ASSERT(world_.verify(globex_, eves).ok());
    }

    void regeneratesExactlyOnceOfTwentyParallelTries() {
        const auto first = create(ann, "Zapier");
        std::atomic<int> made{0};
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 20; ++i)
                threads.emplace_back([&] { made += service_.regenerate(ann, first.key.id).ok() ? 1 : 0; });
        }
        CPPUNIT_ASSERT_EQUAL(1, made.load());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, service_.list(ann).size());
    }

    void fill() {
        for (std::size_t i = 0; i < ApiKeyService::kLiveKeyLimit; ++i) create(ann, "key " + std::to_string(i));
    }

    void refusesOverTheLimitAndStoresNothing() {
        CPPUNIT_ASSERT_EQUAL(std::size_t{500}, ApiKeyService::kLiveKeyLimit);
        fill();
        const auto before = auditRows();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyLimitReached, service_.create(ann, keyName("one more"))));
        CPPUNIT_ASSERT_EQUAL(ApiKeyService::kLiveKeyLimit, keyRows());
        CPPUNIT_ASSERT_EQUAL(before, auditRows());
        CPPUNIT_ASSERT(service_.create(bob, keyName("one more")).ok());
    }

    void regeneratesAtTheLimit() {
        fill();
        const auto any = service_.list(ann).front();
        CPPUNIT_ASSERT(service_.regenerate(ann, any.id).ok());
        CPPUNIT_ASSERT_EQUAL(ApiKeyService::kLiveKeyLimit, service_.list(ann).size());
    }

    void aFormMakesAKeyOnce() {
        CPPUNIT_ASSERT(service_.create(ann, keyName("Zapier"), "once").ok());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kAlreadyShown, service_.create(ann, keyName("n8n"), "once")));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keyRows());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, auditRows());
        CPPUNIT_ASSERT(service_.create(ann, keyName("n8n"), "another").ok());
        CPPUNIT_ASSERT(service_.create(bob, keyName("n8n"), "once").ok());  // somebody else's form
    }

    void aFormRegeneratesOnce() {
        const auto first = create(ann, "Zapier");
        const auto second = service_.regenerate(ann, first.key.id, "once").value();
        // The same form again, after a reload of its answer: neither the old id nor the new one dies.
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kAlreadyShown, service_.regenerate(ann, first.key.id, "once")));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kAlreadyShown, service_.regenerate(ann, second.key.id, "once")));
        CPPUNIT_ASSERT(world_.verify(acme_, second).ok());
    }

    void aRefusedFormMayBeSentAgain() {
        create(ann, "Zapier");
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameTaken, service_.create(ann, keyName("Zapier"), "once")));
        CPPUNIT_ASSERT(service_.create(ann, keyName("n8n"), "once").ok());
    }

    void refusesAUserWhoWasSuspendedMeanwhile() {
        const auto issued = create(ann, "Zapier");
        for (const auto status : {UserStatus::kSuspended, UserStatus::kPending}) {
            world_.setStatus(acme_, ann_, status);
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, service_.create(ann, keyName("n8n"))));
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kUnauthorized, service_.regenerate(ann, issued.key.id)));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keyRows());
        CPPUNIT_ASSERT(!world_.stores.data(acme_).keys.at(issued.key.id).deletedAt);
    }

    void storesNothingWithoutTheDatabase() {
        const auto issued = create(ann, "Zapier");
        world_.stores.be(InMemoryStores::Reach::kUnreachable);
        CPPUNIT_ASSERT_THROW((void)service_.create(ann, keyName("n8n")), domain::StorageUnavailable);
        CPPUNIT_ASSERT_THROW((void)service_.regenerate(ann, issued.key.id), domain::StorageUnavailable);
        CPPUNIT_ASSERT_THROW((void)service_.list(ann), domain::StorageUnavailable);
        world_.stores.be(InMemoryStores::Reach::kReachable);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keyRows());
        CPPUNIT_ASSERT(world_.verify(acme_, issued).ok());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ApiKeyServiceTest);

}  // namespace
}  // namespace claviger::tests

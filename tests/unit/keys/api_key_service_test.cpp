#include "domain/keys/api_key_service.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/refusals.h"
#include "tests/unit/scene_fixture.h"

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

// The state that each test starts from.
struct Scene : TwoTenants {
    domain::User annUser = world.makeUser(acme, "ann@acme.example");
    domain::User bobUser = world.makeUser(acme, "bob@acme.example");
    domain::User eveUser = world.makeUser(globex, "eve@globex.example");
    Actor ann = world.makeActor(acme, annUser);
    Actor bob = world.makeActor(acme, bobUser);
    Actor eve = world.makeActor(globex, eveUser);
};

class ApiKeyServiceTest : public SceneFixture<Scene> {
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
    CPPUNIT_TEST(refusesOverTheBudgetOfChangesAndStoresNothing);
    CPPUNIT_TEST(aRefusedChangeTakesNothingOutOfTheBudget);
    CPPUNIT_TEST(operatorsHaveNoBudget);
    CPPUNIT_TEST(refusesAUserWhoWasSuspendedMeanwhile);
    CPPUNIT_TEST(storesNothingWithoutTheDatabase);
    CPPUNIT_TEST_SUITE_END();

    IssuedApiKey create(const Actor& actor, const std::string& name) {
        return scene_->world.apiKeys.create(actor, newKey(name)).value();
    }
    std::size_t keyRows() const { return scene_->world.stores.data(scene_->acme).keys.size(); }
    std::size_t auditRows() const { return scene_->world.stores.data(scene_->acme).audit.size(); }

    void createsAKeyThatVerifiesAtOnce() {
        const auto issued = create(scene_->ann, "Zapier");
        const auto active = scene_->world.verify(scene_->acme, issued).value();
        CPPUNIT_ASSERT(active.id == issued.key.id);
        CPPUNIT_ASSERT(active.user == scene_->annUser.id);
        CPPUNIT_ASSERT(issued.key.name == keyName("Zapier"));
        CPPUNIT_ASSERT(issued.key.user == scene_->annUser.id);
        CPPUNIT_ASSERT(issued.key.createdAt == scene_->world.clock.now());
        CPPUNIT_ASSERT(!issued.key.lastUsedAt);
    }

    void storesTheHashAndShowsThePrefixAlone() {
        const auto issued = create(scene_->ann, "Zapier");
        const std::string fullKey(issued.fullKey.revealForResponse());
        const auto data = scene_->world.stores.data(scene_->acme);
        const auto& stored = data.keys.at(issued.key.id);
        CPPUNIT_ASSERT(stored.secret.hash == scene_->world.hasher.hash(scene_->acme.id, issued.fullKey));
        CPPUNIT_ASSERT_EQUAL(1, stored.secret.pepperVersion);
        CPPUNIT_ASSERT_EQUAL(fullKey.substr(0, 12), stored.key.keyPrefix);
        CPPUNIT_ASSERT_EQUAL(fullKey.substr(0, 12) + "****", stored.key.maskedKey());
    }

    void recordsWhoCreatedAndRegeneratedWhat() {
        const auto first = create(scene_->ann, "Zapier");
        scene_->world.clock.advance(1s);
        const auto second = scene_->world.apiKeys.regenerate(scene_->ann, first.key.id).value();

        const auto audit = scene_->world.stores.data(scene_->acme).audit;
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, audit.size());
        CPPUNIT_ASSERT(audit[0].action == AuditAction::kKeyCreated && audit[1].action == AuditAction::kKeyRegenerated);
        CPPUNIT_ASSERT(audit[0].key == first.key.id && audit[1].key == second.key.id);
        for (const auto& event : audit) {
            CPPUNIT_ASSERT(event.user == scene_->annUser.id);
            CPPUNIT_ASSERT_EQUAL(std::string(kAddress), event.origin.address);
            CPPUNIT_ASSERT_EQUAL(origin().requestId, event.origin.requestId);
        }
        CPPUNIT_ASSERT(audit[1].at - audit[0].at == 1s);
    }

    void listsTheOwnLiveKeysNewestFirst() {
        const auto first = create(scene_->ann, "first");
        scene_->world.clock.advance(1ms);
        const auto second = create(scene_->ann, "second");
        scene_->world.clock.advance(1ms);
        const auto renewed = scene_->world.apiKeys.regenerate(scene_->ann, first.key.id).value();
        create(scene_->bob, "not hers");
        create(scene_->eve, "not here");

        const auto keys = scene_->world.apiKeys.list(scene_->ann);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, keys.size());
        CPPUNIT_ASSERT(keys[0].id == renewed.key.id);
        CPPUNIT_ASSERT(keys[1].id == second.key.id);
    }

    void refusesANameInUseAndStoresNothing() {
        create(scene_->ann, "Zapier");
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kNameTaken, scene_->world.apiKeys.create(scene_->ann, newKey(" Zapier "))));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keyRows());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, auditRows());
        CPPUNIT_ASSERT(scene_->world.apiKeys.create(scene_->ann, newKey("zapier")).ok());  // compared exactly
    }

    void letsDifferentUsersUseOneName() {
        create(scene_->ann, "Zapier");
        CPPUNIT_ASSERT(scene_->world.apiKeys.create(scene_->bob, newKey("Zapier")).ok());
        CPPUNIT_ASSERT(scene_->world.apiKeys.create(scene_->eve, newKey("Zapier")).ok());
    }

    void makesExactlyOneKeyOfFiftyParallelCreates() {
        std::atomic<int> made{0};
        std::atomic<int> taken{0};
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 50; ++i)
                threads.emplace_back([&] {
                    const auto issued = scene_->world.apiKeys.create(scene_->ann, newKey("Zapier"));
                    if (issued.ok()) ++made;
                    if (refusedWith(ErrorCode::kNameTaken, issued)) ++taken;
                });
        }
        CPPUNIT_ASSERT_EQUAL(1, made.load());
        CPPUNIT_ASSERT_EQUAL(49, taken.load());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keyRows());
    }

    void regeneratesUnderTheSameName() {
        const auto first = create(scene_->ann, "Zapier");
        scene_->world.clock.advance(1h);
        const auto second = scene_->world.apiKeys.regenerate(scene_->ann, first.key.id).value();
        CPPUNIT_ASSERT(second.key.id != first.key.id);
        CPPUNIT_ASSERT(second.key.name == first.key.name);
        CPPUNIT_ASSERT(second.key.createdAt == scene_->world.clock.now());
        CPPUNIT_ASSERT(!second.key.lastUsedAt);
        CPPUNIT_ASSERT(second.fullKey.revealForResponse() != first.fullKey.revealForResponse());
    }

    void endsTheOldValueWithTheNewOne() {
        const auto first = create(scene_->ann, "Zapier");
        const auto second = scene_->world.apiKeys.regenerate(scene_->ann, first.key.id).value();
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyInvalid, scene_->world.verify(scene_->acme, first)));
        CPPUNIT_ASSERT(scene_->world.verify(scene_->acme, second).ok());
        CPPUNIT_ASSERT(scene_->world.stores.data(scene_->acme).keys.at(first.key.id).deletedAt ==
                       scene_->world.clock.now());
    }

    void countsGenerationsWithinOneLineage() {
        auto issued = create(scene_->ann, "Zapier");
        const auto lineage = issued.key.lineage;
        CPPUNIT_ASSERT_EQUAL(1, issued.key.generation);
        for (int generation = 2; generation <= 4; ++generation) {
            issued = scene_->world.apiKeys.regenerate(scene_->ann, issued.key.id).value();
            CPPUNIT_ASSERT_EQUAL(generation, issued.key.generation);
            CPPUNIT_ASSERT(issued.key.lineage == lineage);
        }
        CPPUNIT_ASSERT(create(scene_->ann, "n8n").key.lineage != lineage);
    }

    void keepsDeadRowsAndTheirNamesForgotten() {
        auto issued = create(scene_->ann, "Zapier");
        for (int i = 0; i < 3; ++i) issued = scene_->world.apiKeys.regenerate(scene_->ann, issued.key.id).value();
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, keyRows());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, scene_->world.apiKeys.list(scene_->ann).size());
    }

    void answersOneAndTheSameForEveryKeyThatIsNotTheirs() {
        const auto dead = create(scene_->ann, "dead");
        CPPUNIT_ASSERT(scene_->world.apiKeys.regenerate(scene_->ann, dead.key.id).ok());
        const auto of = [](const IssuedApiKey& issued) { return issued.key.id; };
        const auto bobs = create(scene_->bob, "his");
        const auto eves = create(scene_->eve, "elsewhere");
        const auto before = auditRows();

        for (const auto& id : {ApiKeyId::make(scene_->world.clock.now()), of(dead), of(bobs), of(eves)}) {
            const auto refused = scene_->world.apiKeys.regenerate(scene_->ann, id);
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound, refused));
            CPPUNIT_ASSERT(refused.error().detail.empty());
        }
        CPPUNIT_ASSERT_EQUAL(before, auditRows());
        CPPUNIT_ASSERT(scene_->world.verify(scene_->acme, bobs).ok());
        CPPUNIT_ASSERT(scene_->world.verify(scene_->globex, eves).ok());
    }

    void regeneratesExactlyOnceOfTwentyParallelTries() {
        const auto first = create(scene_->ann, "Zapier");
        std::atomic<int> made{0};
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 20; ++i)
                threads.emplace_back(
                    [&] { made += scene_->world.apiKeys.regenerate(scene_->ann, first.key.id).ok() ? 1 : 0; });
        }
        CPPUNIT_ASSERT_EQUAL(1, made.load());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, scene_->world.apiKeys.list(scene_->ann).size());
    }

    void fill() {
        for (std::size_t i = 0; i < domain::kActiveKeyLimit; ++i) create(scene_->ann, "key " + std::to_string(i));
    }

    void refusesOverTheLimitAndStoresNothing() {
        CPPUNIT_ASSERT_EQUAL(std::size_t{500}, domain::kActiveKeyLimit);
        fill();
        const auto before = auditRows();
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kKeyLimitReached, scene_->world.apiKeys.create(scene_->ann, newKey("one more"))));
        CPPUNIT_ASSERT_EQUAL(domain::kActiveKeyLimit, keyRows());
        CPPUNIT_ASSERT_EQUAL(before, auditRows());
        CPPUNIT_ASSERT(scene_->world.apiKeys.create(scene_->bob, newKey("one more")).ok());
    }

    void regeneratesAtTheLimit() {
        fill();
        const auto any = scene_->world.apiKeys.list(scene_->ann).front();
        CPPUNIT_ASSERT(scene_->world.apiKeys.regenerate(scene_->ann, any.id).ok());
        CPPUNIT_ASSERT_EQUAL(domain::kActiveKeyLimit, scene_->world.apiKeys.list(scene_->ann).size());
    }

    void aFormMakesAKeyOnce() {
        CPPUNIT_ASSERT(scene_->world.apiKeys.create(scene_->ann, newKey("Zapier"), "once").ok());
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kAlreadyShown, scene_->world.apiKeys.create(scene_->ann, newKey("n8n"), "once")));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keyRows());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, auditRows());
        CPPUNIT_ASSERT(scene_->world.apiKeys.create(scene_->ann, newKey("n8n"), "another").ok());
        CPPUNIT_ASSERT(scene_->world.apiKeys.create(scene_->bob, newKey("n8n"), "once").ok());  // another user's form
    }

    void aFormRegeneratesOnce() {
        const auto first = create(scene_->ann, "Zapier");
        const auto second = scene_->world.apiKeys.regenerate(scene_->ann, first.key.id, "once").value();
        // The same form is sent again, after a reload of its answer. It ends neither the key of the old id nor that of
        // the new one.
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kAlreadyShown, scene_->world.apiKeys.regenerate(scene_->ann, first.key.id, "once")));
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kAlreadyShown,
                                   scene_->world.apiKeys.regenerate(scene_->ann, second.key.id, "once")));
        CPPUNIT_ASSERT(scene_->world.verify(scene_->acme, second).ok());
    }

    void aRefusedFormMayBeSentAgain() {
        create(scene_->ann, "Zapier");
        CPPUNIT_ASSERT(
            refusedWith(ErrorCode::kNameTaken, scene_->world.apiKeys.create(scene_->ann, newKey("Zapier"), "once")));
        CPPUNIT_ASSERT(scene_->world.apiKeys.create(scene_->ann, newKey("n8n"), "once").ok());
    }

    ApiKeyService limitedTo(unsigned changes) {
        return {scene_->world.stores, scene_->world.keyLists, scene_->world.hasher, scene_->world.clock,
                domain::ChangeLimit(changes)};
    }

    void refusesOverTheBudgetOfChangesAndStoresNothing() {
        auto limited = limitedTo(2);
        const auto first = limited.create(scene_->ann, newKey("Zapier")).value();
        const auto second = limited.regenerate(scene_->ann, first.key.id).value();
        const auto audits = auditRows();
        const auto budget = scene_->world.stores.data(scene_->acme).changesWholeAt;

        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyChanges, limited.create(scene_->ann, newKey("n8n"))));
        const auto refused = limited.regenerate(scene_->ann, second.key.id);
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyChanges, refused));
        CPPUNIT_ASSERT(refused.error().retryAfter == 30min);

        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, keyRows());
        CPPUNIT_ASSERT_EQUAL(audits, auditRows());
        CPPUNIT_ASSERT(budget == scene_->world.stores.data(scene_->acme).changesWholeAt);
        CPPUNIT_ASSERT(scene_->world.verify(scene_->acme, second).ok());
        CPPUNIT_ASSERT(limited.create(scene_->bob, newKey("n8n")).ok());
        scene_->world.clock.advance(30min);
        CPPUNIT_ASSERT(limited.regenerate(scene_->ann, second.key.id).ok());
    }

    void aRefusedChangeTakesNothingOutOfTheBudget() {
        auto limited = limitedTo(2);
        CPPUNIT_ASSERT(limited.create(scene_->ann, newKey("Zapier"), "once").ok());
        for (int i = 0; i < 5; ++i) {
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kNameTaken, limited.create(scene_->ann, newKey("Zapier"))));
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kAlreadyShown, limited.create(scene_->ann, newKey("n8n"), "once")));
            CPPUNIT_ASSERT(refusedWith(ErrorCode::kKeyNotFound,
                                       limited.regenerate(scene_->ann, ApiKeyId::make(scene_->world.clock.now()))));
        }
        CPPUNIT_ASSERT(limited.create(scene_->ann, newKey("n8n")).ok());
    }

    void operatorsHaveNoBudget() {
        auto limited = limitedTo(1);
        const auto key = limited.create(scene_->ann, newKey("Zapier")).value().key;
        auto& operators = scene_->world.operatorKeys;
        CPPUNIT_ASSERT(operators.create(scene_->acme, scene_->annUser.email, newKey("n8n")).ok());
        CPPUNIT_ASSERT(operators.regenerate(scene_->acme, key.id).ok());
        CPPUNIT_ASSERT(refusedWith(ErrorCode::kTooManyChanges, limited.create(scene_->ann, newKey("Scripts"))));
    }

    void refusesAUserWhoWasSuspendedMeanwhile() {
        const auto issued = create(scene_->ann, "Zapier");
        for (const auto status : {UserStatus::kSuspended, UserStatus::kPending}) {
            scene_->world.setStatus(scene_->acme, scene_->annUser, status);
            CPPUNIT_ASSERT(
                refusedWith(ErrorCode::kUnauthorized, scene_->world.apiKeys.create(scene_->ann, newKey("n8n"))));
            CPPUNIT_ASSERT(
                refusedWith(ErrorCode::kUnauthorized, scene_->world.apiKeys.regenerate(scene_->ann, issued.key.id)));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keyRows());
        CPPUNIT_ASSERT(!scene_->world.stores.data(scene_->acme).keys.at(issued.key.id).deletedAt);
    }

    void storesNothingWithoutTheDatabase() {
        const auto issued = create(scene_->ann, "Zapier");
        scene_->world.stores.be(InMemoryStores::Reach::kUnreachable);
        CPPUNIT_ASSERT_THROW((void)scene_->world.apiKeys.create(scene_->ann, newKey("n8n")),
                             domain::StorageUnavailable);
        CPPUNIT_ASSERT_THROW((void)scene_->world.apiKeys.regenerate(scene_->ann, issued.key.id),
                             domain::StorageUnavailable);
        CPPUNIT_ASSERT_THROW((void)scene_->world.apiKeys.list(scene_->ann), domain::StorageUnavailable);
        scene_->world.stores.be(InMemoryStores::Reach::kReachable);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, keyRows());
        CPPUNIT_ASSERT(scene_->world.verify(scene_->acme, issued).ok());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ApiKeyServiceTest);

}  // namespace
}  // namespace claviger::tests

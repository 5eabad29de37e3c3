// A change that takes access away, or gives it back, bumps an epoch in the same transaction, for every host to see. So
// does a change of a list of keys.

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>

#include "persistence/tenant/mysql_tenant_stores.h"
#include "tests/contract/samples.h"
#include "tests/support/refusals.h"
#include "tests/support/test_database.h"

namespace claviger::tests {
namespace {

using domain::Result;
using domain::Shard;
using domain::TenantStore;
using std::chrono::steady_clock;

class RevocationTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RevocationTest);
    CPPUNIT_TEST(endingAKeyBumpsItsEpochAndRecordsItsHash);
    CPPUNIT_TEST(endingADeadKeyBumpsItsEpochAgain);
    CPPUNIT_TEST(switchingAKeyBumpsItsEpochAlone);
    CPPUNIT_TEST(aNewKeyBumpsTheEpochOfItsUsersListAlone);
    CPPUNIT_TEST(theNextKeyBumpsTheEpochOfTheEndedKeyAlone);
    CPPUNIT_TEST(aKeyWithATakenNameBumpsNothing);
    CPPUNIT_TEST(aUsersStatusBumpsTheUsersEpoch);
    CPPUNIT_TEST(endingASessionBumpsItsEpoch);
    CPPUNIT_TEST(aMigratedTenantBumpsItsEpochAtOnce);
    CPPUNIT_TEST(aTransactionThatIsRolledBackBumpsNothing);
    CPPUNIT_TEST(aChangeWithoutARevocationBumpsNothing);
    CPPUNIT_TEST(isEffectiveAtOnceWhereNoHostCaches);
    CPPUNIT_TEST(isEffectiveLaterWhereAnotherHostMayCache);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        tenant_.emplace(database().makeTenant());
        forgetNodes();
    }
    void tearDown() override { forgetNodes(); }

private:
    static TestDatabase& database() { return TestDatabase::instance(); }

    void forgetNodes() { database().execute(*tenant_, "DELETE FROM claviger.nodes"); }

    std::int64_t epochOf(Shard shard) {
        const std::string table = isOfLists(shard) ? "list_epochs" : "revocation_epochs";
        const auto rows = database().query(
            *tenant_, "SELECT epoch FROM claviger." + table + " WHERE slot = " + std::to_string(indexOf(shard)));
        return std::stoll(rows.at(0).at(0).value());
    }
    std::int64_t sumOfEpochs() {
        const auto rows = database().query(
            *tenant_, "SELECT (SELECT SUM(epoch) FROM claviger.revocation_epochs) + (SELECT SUM(epoch) FROM "
                      "claviger.list_epochs)");
        return std::stoll(rows.at(0).at(0).value());
    }
    std::int64_t deadKeys() {
        return database().count(
            *tenant_,
            "api_keys k JOIN claviger.dead_keys d ON d.key_hash = k.key_hash JOIN claviger.tenants t "
            "ON t.id = d.tenant_id WHERE t.schema_name = '" +
                tenant_->schema.text() + "'");
    }

    void run(const std::function<Result<void>(TenantStore&)>& work) { (void)stores_.transact<void>(*tenant_, work); }

    // The same with the tool's account.
    void operate(const std::function<Result<void>(TenantStore&)>& work) {
        persistence::MySqlTenantStores stores(database().tool(), database().toolTransactions());
        (void)stores.transact<void>(*tenant_, work);
    }

    domain::User addUser() {
        auto account = sampleAccount("owner@x.example");
        operate([&](TenantStore& store) { return store.users().add(account); });
        return account.user;
    }

    domain::ApiKey addKey() {
        auto key = sampleKey(addUser().id, "Zapier");
        run([&](TenantStore& store) -> Result<void> {
            store.apiKeys().add(key, sampleSecret(1));
            return {};
        });
        return key;
    }

    static void end(TenantStore& store, const domain::ApiKey& key) {
        store.apiKeys().end(key.id, *store.apiKeys().lock(key.user, key.id).active, kNoon);
    }

    void endingAKeyBumpsItsEpochAndRecordsItsHash() {
        const auto key = addKey();
        const auto before = epochOf(domain::shardOf(key.id));
        run([&](TenantStore& store) -> Result<void> {
            end(store, key);
            return {};
        });
        CPPUNIT_ASSERT_EQUAL(before + 1, epochOf(domain::shardOf(key.id)));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, deadKeys());
    }

    // The first process to end it may have died before every host knew.
    void endingADeadKeyBumpsItsEpochAgain() {
        const auto key = addKey();
        const auto again = [&](TenantStore& store) -> Result<void> {
            store.apiKeys().endAgain(key.id);
            return {};
        };
        run([&](TenantStore& store) -> Result<void> {
            end(store, key);
            return {};
        });
        const auto before = epochOf(domain::shardOf(key.id));
        run(again);
        CPPUNIT_ASSERT_EQUAL(before + 1, epochOf(domain::shardOf(key.id)));
    }

    // Also where the key is so already: the process that switched it may have died before every host knew.
    void switchingAKeyBumpsItsEpochAlone() {
        const auto key = addKey();
        const domain::KeyDisabling disabling{kNoon, domain::KeyParty::kOwner};
        for (const auto& next :
             {std::optional(disabling), std::optional(disabling), std::optional<domain::KeyDisabling>()}) {
            const auto before = epochOf(domain::shardOf(key.id));
            const auto sum = sumOfEpochs();
            run([&](TenantStore& store) -> Result<void> {
                CPPUNIT_ASSERT(store.apiKeys().lock(key.user, key.id).active);
                store.apiKeys().setDisabled(key.id, next);
                return {};
            });
            CPPUNIT_ASSERT_EQUAL(before + 1, epochOf(domain::shardOf(key.id)));
            CPPUNIT_ASSERT_EQUAL(sum + 1, sumOfEpochs());
        }
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, deadKeys());
    }

    void aNewKeyBumpsTheEpochOfItsUsersListAlone() {
        const auto user = addUser().id;
        const auto before = epochOf(domain::listShardOf(user));
        const auto sum = sumOfEpochs();
        run([&](TenantStore& store) -> Result<void> {
            store.apiKeys().add(sampleKey(user, "Zapier"), sampleSecret(1));
            return {};
        });
        CPPUNIT_ASSERT_EQUAL(before + 1, epochOf(domain::listShardOf(user)));
        CPPUNIT_ASSERT_EQUAL(sum + 1, sumOfEpochs());
    }

    // Each cached list that has the ended key depends on its shard.
    void theNextKeyBumpsTheEpochOfTheEndedKeyAlone() {
        const auto key = addKey();
        const auto before = epochOf(domain::shardOf(key.id));
        const auto sum = sumOfEpochs();
        run([&](TenantStore& store) -> Result<void> {
            end(store, key);
            store.apiKeys().addNext(sampleKey(key.user, "Zapier"), sampleSecret(2));
            return {};
        });
        CPPUNIT_ASSERT_EQUAL(before + 1, epochOf(domain::shardOf(key.id)));
        CPPUNIT_ASSERT_EQUAL(sum + 1, sumOfEpochs());
    }

    void aKeyWithATakenNameBumpsNothing() {
        const auto key = addKey();
        const auto before = sumOfEpochs();
        run([&](TenantStore& store) -> Result<void> {
            store.apiKeys().add(sampleKey(key.user, "Zapier"), sampleSecret(2));
            return {};
        });
        CPPUNIT_ASSERT_EQUAL(before, sumOfEpochs());
    }

    void aUsersStatusBumpsTheUsersEpoch() {
        const auto user = addUser();
        const auto before = epochOf(domain::shardOf(user.id));
        operate([&](TenantStore& store) -> Result<void> {
            store.users().setStatus(user.id, domain::UserStatus::kSuspended);
            return {};
        });
        CPPUNIT_ASSERT_EQUAL(before + 1, epochOf(domain::shardOf(user.id)));
    }

    void endingASessionBumpsItsEpoch() {
        const auto hash = sampleDigest<domain::secrets::SessionHash>(1);
        const auto before = epochOf(domain::shardOf(hash));
        run([&](TenantStore& store) -> Result<void> {
            store.sessions().end(hash, kNoon);
            return {};
        });
        CPPUNIT_ASSERT_EQUAL(before + 1, epochOf(domain::shardOf(hash)));
    }

    // Hosts cache that the tenant was closed. Until they see the new epoch they refuse, which is safe.
    void aMigratedTenantBumpsItsEpochAtOnce() {
        registerAnotherHost();
        const auto before = epochOf(domain::shardOf(tenant_->id));
        const auto start = steady_clock::now();
        database().schemas().bringUp(*tenant_);
        CPPUNIT_ASSERT(steady_clock::now() < start + domain::kAcknowledgementDelay);
        CPPUNIT_ASSERT_EQUAL(before + 1, epochOf(domain::shardOf(tenant_->id)));
    }

    void aTransactionThatIsRolledBackBumpsNothing() {
        const auto key = addKey();
        const auto before = sumOfEpochs();
        run([&](TenantStore& store) -> Result<void> {
            end(store, key);
            return domain::ErrorCode::kNameTaken;
        });
        CPPUNIT_ASSERT_EQUAL(before, sumOfEpochs());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, deadKeys());
    }

    void aChangeWithoutARevocationBumpsNothing() {
        const auto before = sumOfEpochs();
        (void)addUser();
        CPPUNIT_ASSERT_EQUAL(before, sumOfEpochs());
    }

    domain::EffectiveAt endAKey() {
        const auto key = addKey();
        return stores_
            .transactRevocation<void>(*tenant_,
                                      [&](TenantStore& store) -> Result<void> {
                                          end(store, key);
                                          return {};
                                      })
            .effectiveAt;
    }

    void isEffectiveAtOnceWhereNoHostCaches() { CPPUNIT_ASSERT(endAKey() == domain::kEffectiveNow); }

    void registerAnotherHost() {
        database().execute(*tenant_,
                           "INSERT INTO claviger.nodes (board_id, registered_at, renewed_at) "
                           "VALUES (x'00112233445566778899aabbccddeeff', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))");
    }

    void isEffectiveLaterWhereAnotherHostMayCache() {
        registerAnotherHost();
        const auto before = steady_clock::now();
        const auto effectiveAt = endAKey();
        CPPUNIT_ASSERT(effectiveAt >= before + domain::kAcknowledgementDelay);
        CPPUNIT_ASSERT(effectiveAt <= steady_clock::now() + domain::kAcknowledgementDelay);
    }

    std::optional<domain::Tenant> tenant_;
    persistence::MySqlTenantStores stores_{database().worker(), database().transactions()};
};

CPPUNIT_TEST_SUITE_REGISTRATION(RevocationTest);

}  // namespace
}  // namespace claviger::tests

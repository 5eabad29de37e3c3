// The index has the active keys whose use was recorded, and none that was revoked since: not even by a program that
// does not know the index.

#include <cppunit/extensions/HelperMacros.h>

#include "persistence/control/mysql_key_index.h"
#include "persistence/tenant/mysql_tenant_stores.h"
#include "tests/contract/samples.h"
#include "tests/support/test_database.h"

namespace claviger::tests {
namespace {

using domain::Result;
using domain::TenantStore;
using domain::UserStatus;

class KeyIndexTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(KeyIndexTest);
    CPPUNIT_TEST(hasAKeyOnceItsUseWasRecorded);
    CPPUNIT_TEST(findsKeysOfManyTenantsInTheirOrder);
    CPPUNIT_TEST(findsAKeyByItsOtherHash);
    CPPUNIT_TEST(hasNoKeyThatWasRegenerated);
    CPPUNIT_TEST(hasNoKeyThatAnotherReleaseHasRevoked);
    CPPUNIT_TEST(hasNoKeyOfASuspendedUser);
    CPPUNIT_TEST(hasNoKeyOfATenantThatHasChanged);
    CPPUNIT_TEST(takesNoKeyThatIsRevoked);
    CPPUNIT_TEST(takesNoKeyOfAUserWhoIsNotApproved);
    CPPUNIT_TEST(takesNoKeyUnderAnotherUser);
    CPPUNIT_TEST(takesAKeyAgain);
    CPPUNIT_TEST(hasAKeyForTwentyMinutesAtMost);
    CPPUNIT_TEST(takesTheHashThatAKeyMovesTo);
    CPPUNIT_TEST(writesUsesBesideARowThatHasTheHash);
    CPPUNIT_TEST(losesTheRowsOfATenant);
    CPPUNIT_TEST(hasThePolicyOfAKey);
    CPPUNIT_TEST(hasNoKeyThatIsDisabled);
    CPPUNIT_TEST(usesNoRowOfAReleaseThatKnowsNoPolicy);
    CPPUNIT_TEST_SUITE_END();

    // A user with one key, in a tenant of their own. Each has another hash.
    struct Holder {
        domain::Tenant tenant;
        domain::ApiKey key;
        domain::KeySecret secret;
    };

public:
    void setUp() override { ann_.emplace(makeHolder()); }

private:
    static TestDatabase& database() { return TestDatabase::instance(); }

    static void run(const domain::Tenant& tenant, const std::function<void(TenantStore&)>& work) {
        persistence::MySqlTenantStores stores(database().worker(), database().transactions());
        (void)stores.transact<void>(tenant,
                                    [&](TenantStore& store) -> Result<void> { return work(store), Result<void>(); });
    }

    // The same with the tool's account.
    static void operate(const domain::Tenant& tenant, const std::function<void(TenantStore&)>& work) {
        persistence::MySqlTenantStores stores(database().tool(), database().toolTransactions());
        (void)stores.transact<void>(tenant,
                                    [&](TenantStore& store) -> Result<void> { return work(store), Result<void>(); });
    }

    static domain::KeySecret newSecret() {
        auto secret = sampleSecret(0);
        secret.hash = domain::secrets::KeyHash::fromStored(uniqueName() + std::string(14, 'x')).value();
        return secret;
    }

    static Holder makeHolder(UserStatus status = UserStatus::kApproved) {
        const auto tenant = database().makeTenant();
        auto account = sampleAccount("owner@x.example");
        account.user.status = status;
        const auto key = sampleKey(account.user.id, "Zapier");
        const auto secret = newSecret();
        operate(tenant, [&](TenantStore& store) { (void)store.users().add(account); });
        run(tenant, [&](TenantStore& store) { (void)store.apiKeys().add(key, secret); });
        return {tenant, key, secret};
    }

    static void use(const Holder& holder) {
        run(holder.tenant, [&](TenantStore& store) {
            store.apiKeys().recordUses({{holder.key.id, kNoon, {}, 1, {}, holder.key.user}});
        });
    }

    static std::optional<domain::IndexedKey> find(const Holder& holder) {
        return persistence::MySqlKeyIndex(database().worker()).find({{holder.secret.hash}}).at(0);
    }

    static void execute(const Holder& holder, const std::string& sql) { database().execute(holder.tenant, sql); }

    static std::string slot(domain::Shard shard) { return std::to_string(indexOf(shard)); }

    static std::int64_t rowsOf(const Holder& holder) {
        const auto rows =
            database().query(holder.tenant,
                             "SELECT COUNT(*) FROM claviger.key_index i JOIN claviger.tenants t ON t.id = "
                             "i.tenant_id WHERE t.slug = '" +
                                 holder.tenant.slug.text() + "'");
        return std::stoll(rows.at(0).at(0).value());
    }

    void hasAKeyOnceItsUseWasRecorded() {
        CPPUNIT_ASSERT(!find(*ann_));
        use(*ann_);
        const auto found = find(*ann_);
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT(found->tenant == ann_->tenant.id);
        CPPUNIT_ASSERT(found->found.key.id == ann_->key.id && found->found.key.user == ann_->key.user);
        CPPUNIT_ASSERT_EQUAL(ann_->secret.pepperVersion, found->found.pepperVersion);
    }

    void findsKeysOfManyTenantsInTheirOrder() {
        const auto bob = makeHolder();
        use(*ann_);
        use(bob);
        const auto found = persistence::MySqlKeyIndex(database().worker())
                               .find({{bob.secret.hash}, {newSecret().hash}, {ann_->secret.hash}, {bob.secret.hash}});
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, found.size());
        CPPUNIT_ASSERT(found[0]->found.key.id == bob.key.id && found[3]->found.key.id == bob.key.id);
        CPPUNIT_ASSERT(!found[1]);
        CPPUNIT_ASSERT(found[2]->found.key.id == ann_->key.id);
    }

    void findsAKeyByItsOtherHash() {
        use(*ann_);
        const auto found =
            persistence::MySqlKeyIndex(database().worker()).find({{newSecret().hash, ann_->secret.hash}}).at(0);
        CPPUNIT_ASSERT(found && found->found.key.id == ann_->key.id);
    }

    void hasNoKeyThatWasRegenerated() {
        use(*ann_);
        const auto& key = ann_->key;
        run(ann_->tenant, [&](TenantStore& store) {
            store.apiKeys().end(key.id, *store.apiKeys().lock(key.user, key.id).active, kNoon);
        });
        CPPUNIT_ASSERT(!find(*ann_));
    }

    // It bumps the key's epoch in the transaction that revokes the key.
    void hasNoKeyThatAnotherReleaseHasRevoked() {
        use(*ann_);
        execute(*ann_, "UPDATE claviger.revocation_epochs SET epoch = epoch + 1 WHERE slot = " +
                           slot(domain::shardOf(ann_->key.id)));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, rowsOf(*ann_));
        CPPUNIT_ASSERT(!find(*ann_));
    }

    void hasNoKeyOfASuspendedUser() {
        use(*ann_);
        operate(ann_->tenant,
                [&](TenantStore& store) { store.users().setStatus(ann_->key.user, UserStatus::kSuspended); });
        CPPUNIT_ASSERT(!find(*ann_));
        use(*ann_);
        CPPUNIT_ASSERT(!find(*ann_));
    }

    void hasNoKeyOfATenantThatHasChanged() {
        use(*ann_);
        database().registry().setStatus(ann_->tenant.id, domain::TenantStatus::kSuspended);
        CPPUNIT_ASSERT(!find(*ann_));
    }

    // A use may be recorded after the revocation.
    void takesNoKeyThatIsRevoked() {
        const auto& key = ann_->key;
        run(ann_->tenant, [&](TenantStore& store) {
            store.apiKeys().end(key.id, *store.apiKeys().lock(key.user, key.id).active, kNoon);
        });
        use(*ann_);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, rowsOf(*ann_));
    }

    void takesNoKeyOfAUserWhoIsNotApproved() {
        const auto pending = makeHolder(UserStatus::kPending);
        use(pending);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, rowsOf(pending));
    }

    void takesAKeyAgain() {
        use(*ann_);
        execute(*ann_, "UPDATE claviger.revocation_epochs SET epoch = epoch + 1 WHERE slot = " +
                           slot(domain::shardOf(ann_->key.user)));
        CPPUNIT_ASSERT(!find(*ann_));
        use(*ann_);
        CPPUNIT_ASSERT(find(*ann_));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, rowsOf(*ann_));
    }

    void takesNoKeyUnderAnotherUser() {
        auto other = *ann_;
        other.key.user = makeHolder().key.user;
        use(other);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, rowsOf(*ann_));
    }

    void hasThePolicyOfAKey() {
        use(*ann_);
        CPPUNIT_ASSERT(find(*ann_)->found.key.policy == domain::KeyPolicy());
        execute(*ann_, "UPDATE {schema}.api_keys SET expires_at = '2026-11-23 16:02:07.123456'");
        use(*ann_);
        const domain::KeyPolicy policy(domain::parseMoment("2026-11-23 16:02:07.123456"));
        CPPUNIT_ASSERT(find(*ann_)->found.key.policy == policy);
    }

    void setDisabled(const std::optional<domain::KeyDisabling>& disabled) {
        const auto& key = ann_->key;
        run(ann_->tenant, [&](TenantStore& store) {
            CPPUNIT_ASSERT(store.apiKeys().lock(key.user, key.id).active);
            store.apiKeys().setDisabled(key.id, disabled);
        });
    }

    // As a release that knows no policy does for a key that it finds: it may find one that is disabled.
    void writeEpochsAgain() {
        execute(*ann_,
                "UPDATE claviger.key_index i JOIN claviger.revocation_epochs e ON e.slot = i.key_shard "
                "SET i.key_epoch = e.epoch, i.usable_until = UTC_TIMESTAMP(6) + INTERVAL 600 SECOND");
    }

    void hasNoKeyThatIsDisabled() {
        use(*ann_);
        setDisabled(domain::KeyDisabling{kNoon, domain::KeyParty::kOwner});
        CPPUNIT_ASSERT(!find(*ann_));
        use(*ann_);  // a use may be recorded later
        CPPUNIT_ASSERT(!find(*ann_));
        writeEpochsAgain();
        CPPUNIT_ASSERT(!find(*ann_));
        setDisabled(std::nullopt);
        use(*ann_);
        CPPUNIT_ASSERT(find(*ann_)->found.key.policy == domain::KeyPolicy());
    }

    // Its INSERT leaves the version at its default.
    void usesNoRowOfAReleaseThatKnowsNoPolicy() {
        use(*ann_);
        execute(*ann_, "UPDATE claviger.key_index SET policy_version = DEFAULT");
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, rowsOf(*ann_));
        CPPUNIT_ASSERT(!find(*ann_));
        use(*ann_);
        CPPUNIT_ASSERT(find(*ann_));
    }

    void hasAKeyForTwentyMinutesAtMost() {
        use(*ann_);
        const auto pass = [&](const std::string& time) {
            execute(*ann_, "UPDATE claviger.key_index SET usable_until = usable_until - INTERVAL " + time);
        };
        pass("595 SECOND");
        CPPUNIT_ASSERT(find(*ann_));
        pass("606 SECOND");
        CPPUNIT_ASSERT(!find(*ann_));
        use(*ann_);
        CPPUNIT_ASSERT(find(*ann_));
    }

    void takesTheHashThatAKeyMovesTo() {
        use(*ann_);
        const auto next = newSecret().hash;
        run(ann_->tenant, [&](TenantStore& store) {
            store.apiKeys().recordUses(
                {{ann_->key.id, kNoon, {}, 1, domain::ApiKeys::NewHash{next, 2}, ann_->key.user}});
        });
        CPPUNIT_ASSERT(!find(*ann_));
        ann_->secret.hash = next;
        CPPUNIT_ASSERT_EQUAL(2, find(*ann_).value().found.pepperVersion);
    }

    // Another program has left both rows: one with the key's id, another with its hash.
    void writesUsesBesideARowThatHasTheHash() {
        use(*ann_);
        const auto next = makeHolder();
        use(next);
        run(ann_->tenant, [&](TenantStore& store) {
            const domain::ApiKeys::NewHash taken{next.secret.hash, 2};
            store.apiKeys().recordUses({{ann_->key.id, kNoon, {}, 1, taken, ann_->key.user}});
        });
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, database().count(ann_->tenant, "api_keys WHERE use_count = 2"));
        CPPUNIT_ASSERT(find(next).value().tenant == next.tenant.id);
    }

    void losesTheRowsOfATenant() {
        const auto bob = makeHolder();
        use(*ann_);
        use(bob);
        persistence::removeFromKeyIndex(*database().tool().borrow(), ann_->tenant.id);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, rowsOf(*ann_));
        CPPUNIT_ASSERT(find(bob));
    }

    std::optional<Holder> ann_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(KeyIndexTest);

}  // namespace
}  // namespace claviger::tests

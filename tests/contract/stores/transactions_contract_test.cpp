// The promises of a unit of work, over the fake and over the database.

#include <stdexcept>

#include "tests/contract/store_contract.h"

namespace claviger::tests {

using domain::ErrorCode;
using domain::Result;
using domain::TenantStore;

template <class Backend>
class TransactionsContract : public StoreContract<Backend> {
    CPPUNIT_TEST_SUITE(TransactionsContract<Backend>);
    CPPUNIT_TEST(whatIsCommittedIsSeen);
    CPPUNIT_TEST(aRefusalLeavesNothingBehind);
    CPPUNIT_TEST(anExceptionLeavesNothingBehindAndComesThrough);
    CPPUNIT_TEST(aRefusalOfTheStoreMayBeOvercome);
    CPPUNIT_TEST(workSeesItsOwnChanges);
    CPPUNIT_TEST(tenantsShareNothing);
    CPPUNIT_TEST_SUITE_END();

    // Runs with the tool's account, since no worker adds a user.
    void writeEverywhere(TenantStore& store) {
        const auto account = sampleAccount("new@x.example");
        CPPUNIT_ASSERT(store.users().add(account).ok());
        CPPUNIT_ASSERT(store.apiKeys().add(sampleKey(account.user.id, "Scripts"), sampleSecret(1)).ok());
        store.sessions().add(sampleDigest<domain::secrets::SessionHash>(1),
                             {account.user.id, kNoon, kNoon, kNoon + domain::kSessionAbsoluteLimit});
        store.loginAttempts().add(sampleDigest<domain::secrets::BudgetHash>(1), kNoon);
        store.audit().add(sampleEvent());
    }

    // How much of writeEverywhere() a tenant holds: 0 to 5.
    std::size_t written(const domain::Tenant& tenant) {
        const auto rows = this->stores().read(tenant, [](const TenantStore& store) {
            const auto hash = sampleDigest<domain::secrets::SessionHash>(1);
            const auto budget = sampleDigest<domain::secrets::BudgetHash>(1);
            return store.users().list().size() +
                   (store.apiKeys().findByHash({{sampleSecret(1).hash}}).front().active ? 1U : 0U) +
                   (store.sessions().findActive(hash, kNoon) ? 1U : 0U) +
                   (store.loginAttempts().nthNewest(budget, 1, {kNoon, kNoon}) ? 1U : 0U);
        });
        return rows + this->backend().auditEvents(tenant);
    }

    void whatIsCommittedIsSeen() {
        this->operate([&](TenantStore& store) { writeEverywhere(store); });
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, written(this->tenant()));
    }

    void aRefusalLeavesNothingBehind() {
        const auto result = this->attemptAsTool([&](TenantStore& store) -> Result<void> {
            writeEverywhere(store);
            return ErrorCode::kKeyLimitReached;
        });
        CPPUNIT_ASSERT(!result.ok());
        CPPUNIT_ASSERT(result.error().code == ErrorCode::kKeyLimitReached);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, written(this->tenant()));
    }

    void anExceptionLeavesNothingBehindAndComesThrough() {
        const auto work = [&](TenantStore& store) -> Result<void> {
            writeEverywhere(store);
            throw std::out_of_range("of the test");
        };
        CPPUNIT_ASSERT_THROW((void)this->attemptAsTool(work), std::out_of_range);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, written(this->tenant()));
    }

    void aRefusalOfTheStoreMayBeOvercome() {
        const auto user = this->addUser("owner@x.example").id;
        const auto result = this->attemptAsTool([&](TenantStore& store) -> Result<void> {
            CPPUNIT_ASSERT(store.apiKeys().add(sampleKey(user, "Scripts"), sampleSecret(1)).ok());
            CPPUNIT_ASSERT(!store.apiKeys().add(sampleKey(user, "Scripts"), sampleSecret(2)).ok());
            return store.apiKeys().add(sampleKey(user, "Scripts 2"), sampleSecret(2));
        });
        CPPUNIT_ASSERT(result.ok());
        const auto keys = this->look([&](const TenantStore& store) {
            return store.apiKeys().listActive(std::vector{user}).front()->keys.size();
        });
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, keys);
    }

    void workSeesItsOwnChanges() {
        this->operate([&](TenantStore& store) {
            writeEverywhere(store);
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, store.users().list().size());
            CPPUNIT_ASSERT(store.apiKeys().findByHash({{sampleSecret(1).hash}}).front().active);
        });
    }

    void tenantsShareNothing() {
        const auto other = this->backend().makeTenant();
        this->operate([&](TenantStore& store) { writeEverywhere(store); });
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, written(other));
        CPPUNIT_ASSERT_EQUAL(std::size_t{5}, written(this->tenant()));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TransactionsContract<InMemoryBackend>);
CPPUNIT_TEST_SUITE_REGISTRATION(TransactionsContract<MySqlBackend>);

}  // namespace claviger::tests

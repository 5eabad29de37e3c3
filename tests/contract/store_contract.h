#pragma once

#include <cppunit/TestFixture.h>
#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

#include "tests/contract/backends.h"
#include "tests/contract/samples.h"

namespace claviger::tests {

// The base of every contract: one fresh tenant, and short functions for its units of work.
template <class Backend>
class StoreContract : public CppUnit::TestFixture {
public:
    // Not done at construction: CppUnit constructs the fixtures of all tests before it runs the first.
    void setUp() override {
        backend_.emplace();
        tenant_.emplace(backend_->makeTenant());
    }

protected:
    // Runs the work in a transaction that must be committed.
    template <class Work>
    void change(const Work& work) {
        const auto result = stores().template transact<void>(tenant(), [&](domain::TenantStore& store) {
            work(store);
            return domain::Result<void>();
        });
        CPPUNIT_ASSERT(result.ok());
    }

    // The same with the tool's account, for the work of operators.
    template <class Work>
    void operate(const Work& work) {
        const auto result = attemptAsTool([&](domain::TenantStore& store) {
            work(store);
            return domain::Result<void>();
        });
        CPPUNIT_ASSERT(result.ok());
    }

    // The result of work in a transaction.
    template <class Work>
    domain::Result<void> attempt(const Work& work) {
        return stores().template transact<void>(tenant(), work);
    }
    template <class Work>
    domain::Result<void> attemptAsTool(const Work& work) {
        return backend().toolStores().template transact<void>(tenant(), work);
    }

    template <class Work>
    auto look(const Work& work) {
        return stores().read(tenant(), work);
    }

    domain::User addUser(const std::string& email, domain::UserStatus status = domain::UserStatus::kApproved) {
        const auto account = sampleAccount(email, status);
        operate([&](domain::TenantStore& store) { CPPUNIT_ASSERT(store.users().add(account).ok()); });
        return account.user;
    }

    domain::TenantStores& stores() { return backend_->stores(); }
    Backend& backend() { return *backend_; }
    const domain::Tenant& tenant() const { return *tenant_; }

private:
    std::optional<Backend> backend_;
    std::optional<domain::Tenant> tenant_;
};

}  // namespace claviger::tests

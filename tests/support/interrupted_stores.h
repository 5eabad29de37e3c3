#pragma once

#include <functional>

#include "tests/support/in_memory_stores.h"

namespace claviger::tests {

// Runs code of a test before each transaction.
class InterruptedStores final : public domain::TenantStores {
public:
    explicit InterruptedStores(InMemoryStores& stores) : stores_(stores) {}
    std::function<void()> before = [] {};

protected:
    domain::Result<domain::EffectiveAt> runTransaction(
        const domain::Tenant& tenant, const std::function<Ending(domain::TenantStore&)>& work) override {
        before();
        auto ending = Ending::kRollback;
        const auto result = stores_.transact<void>(tenant, [&](domain::TenantStore& store) -> domain::Result<void> {
            ending = work(store);
            if (ending == Ending::kCommit) return {};
            return domain::ErrorCode::kInvalidArgument;
        });
        if (ending == Ending::kCommit && !result.ok()) return result.error();
        return domain::kEffectiveNow;
    }
    void runRead(const domain::Tenant& tenant,
                 const std::function<void(const domain::TenantStore&)>& work) const override {
        (void)stores_.read(tenant, [&](const domain::TenantStore& store) {
            work(store);
            return true;
        });
    }

private:
    InMemoryStores& stores_;
};

}  // namespace claviger::tests

#pragma once

#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "domain/fence/settling.h"
#include "domain/stores/tenant_store.h"
#include "domain/tenants/tenant.h"

namespace claviger::domain {

// The one way to a tenant's data: a unit of work in that tenant's schema and no other. Thread-safe.
class TenantStores {
public:
    virtual ~TenantStores() = default;

    // Runs `work` in one transaction, which is committed if it returns ok and rolled back if it returns a
    // refusal or throws. It may run again from the start where the database asks for it (deadlock), so it has
    // no effect but on the store. Returns when every host acts on it, if it has changed the standing of anybody.
    //
    // Throws StorageUnavailable if the database cannot be reached: then nothing was stored. Throws
    // OutcomeUnknown if the connection was lost at COMMIT.
    template <class T>
    Result<T> transact(const Tenant& tenant, const std::function<Result<T>(TenantStore&)>& work) {
        auto [result, settledAt] = transactSettling(tenant, work);
        std::this_thread::sleep_until(settledAt);
        return std::move(result);
    }

    // The same, without waiting for the other hosts: the caller tells nobody before `settledAt`.
    template <class T>
    Settling<Result<T>> transactSettling(const Tenant& tenant, const std::function<Result<T>(TenantStore&)>& work) {
        std::optional<Result<T>> result;
        const auto settledAt = runTransaction(tenant, [&](TenantStore& store) {
            result.emplace(work(store));
            return result->ok() ? Ending::kCommit : Ending::kRollback;
        });
        return {std::move(*result), settledAt};
    }

    // Runs `work` outside any transaction, so that each statement sees what is committed when it runs. It may
    // run again from the start if the connection was lost. Throws StorageUnavailable.
    template <class Work>
    auto read(const Tenant& tenant, const Work& work) const {
        std::optional<std::invoke_result_t<Work, const TenantStore&>> result;
        runRead(tenant, [&](const TenantStore& store) { result.emplace(work(store)); });
        return std::move(*result);
    }

protected:
    enum class Ending { kCommit, kRollback };
    virtual SettledAt runTransaction(const Tenant&, const std::function<Ending(TenantStore&)>&) = 0;
    virtual void runRead(const Tenant&, const std::function<void(const TenantStore&)>&) const = 0;
};

}  // namespace claviger::domain

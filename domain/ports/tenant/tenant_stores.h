#pragma once

#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "domain/fence/effective_at.h"
#include "domain/model/tenant.h"
#include "domain/ports/tenant/tenant_store.h"

namespace claviger::domain {

// The only way to a tenant's data: a unit of work in that tenant's schema and no other. The TenantStore is valid only
// within the unit of work. Thread-safe.
class TenantStores {
public:
    virtual ~TenantStores() = default;

    // Runs `work` in one transaction. Commits if it returns ok, and rolls back if it returns a refusal or throws. A
    // key that `work` adds may be refused at COMMIT (ApiKeys::add); then nothing is stored. A dry run of
    // the tool rolls back in any case. `work` may run again from the start, after a deadlock or on another connection,
    // so it must have no effect outside the store. If the transaction has changed a revocation state or a list of keys,
    // blocks until every host acts on the change.
    //
    // Returns what `work` returned, or the refusal at COMMIT, and throws what `work` throws. Throws StorageUnavailable
    // if the database cannot be reached; then nothing was stored. Throws OutcomeUnknown if it is not known whether
    // COMMIT took effect (error.h), and TransactionLost after the third deadlock (contention.h).
    template <class T>
    Result<T> transact(const Tenant& tenant, const std::function<Result<T>(TenantStore&)>& work) {
        auto [result, effectiveAt] = transactRevocation(tenant, work);
        std::this_thread::sleep_until(effectiveAt);
        return std::move(result);
    }

    // The same, without waiting for the other hosts. The caller must not acknowledge the change before `effectiveAt`.
    template <class T>
    Delayed<Result<T>> transactRevocation(const Tenant& tenant, const std::function<Result<T>(TenantStore&)>& work) {
        std::optional<Result<T>> result;
        const auto ended = runTransaction(tenant, [&](TenantStore& store) {
            result.emplace(work(store));
            return result->ok() ? Ending::kCommit : Ending::kRollback;
        });
        if (!ended.ok()) return {ended.error(), kEffectiveNow};
        return {std::move(*result), ended.value()};
    }

    // Runs `work` outside any transaction, so that each statement sees everything that is committed when it runs.
    // `work` may run again from the start if the connection was lost or the read lost a conflict. Returns what `work`
    // returned, and throws what it throws. Throws StorageUnavailable.
    template <class Work>
    auto read(const Tenant& tenant, const Work& work) const {
        std::optional<std::invoke_result_t<Work, const TenantStore&>> result;
        runRead(tenant, [&](const TenantStore& store) { result.emplace(work(store)); });
        return std::move(*result);
    }

protected:
    enum class Ending { kCommit, kRollback };
    // Returns the refusal of a change at COMMIT, otherwise the moment at which every host acts on the changes.
    virtual Result<EffectiveAt> runTransaction(const Tenant&, const std::function<Ending(TenantStore&)>&) = 0;
    virtual void runRead(const Tenant&, const std::function<void(const TenantStore&)>&) const = 0;
};

}  // namespace claviger::domain

#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "domain/base/fault_report.h"
#include "domain/stores/tenant_stores.h"

namespace claviger::domain {

// Gathers in memory how often keys are used, and by whom last, and writes it every two seconds, sooner where many keys
// wait, and at destruction, by the thousand keys of a tenant, never on a request's path. Each thousand is a transaction
// of its own, so of many tenants the longest waiting are written at a time, and each within half a minute. A crash
// loses what waits and nothing else. Thread-safe.
class UsageRecorder {
public:
    // A write that fails is reported and tried again. References must outlive this.
    UsageRecorder(TenantStores&, FaultReport&);
    UsageRecorder(const UsageRecorder&) = delete;
    UsageRecorder& operator=(const UsageRecorder&) = delete;
    ~UsageRecorder();

    void note(const Tenant&, const ApiKeys::Use&);

    // Writes what has gathered. Throws nothing: what cannot be written is kept.
    void flush();

    // The same of the tenants whose turn it is.
    void flushTurn();

private:
    struct Gathered {
        Tenant tenant;
        std::unordered_map<ApiKeyId, ApiKeys::Use, HashOfId> uses;
    };
    using Queue = std::list<Gathered>;  // the longest waiting first

    Queue take(std::size_t tenants);
    void writeAll(Queue);
    bool write(Gathered&);
    void writeSome(Gathered&);
    void putBack(Gathered&);
    void run(const std::stop_token&);

    TenantStores& stores_;
    FaultReport& faults_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    Queue waiting_;
    std::unordered_map<TenantId, Queue::iterator, HashOfId> places_;
    std::size_t keys_ = 0;        // that wait
    std::size_t share_;           // tenants of a turn
    bool refused_ = false;        // the last turn could not write everything
    std::set<TenantId> failing_;  // whose last write failed
    std::jthread writer_;         // last: it must stop before the rest goes
};

}  // namespace claviger::domain

#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "domain/base/fault_report.h"
#include "domain/ports/tenant/tenant_stores.h"

namespace claviger::domain {

// Counts the uses of keys in memory, with each key's last use and its client. Writes them to the database on a
// thread of its own. It writes every two seconds, sooner if many keys wait, and at destruction. One transaction has up
// to 1,000 keys of one tenant. With many tenants each write takes those that have waited longest, and each tenant's
// turn comes within half a minute. A crash loses the uses that are not written yet, and nothing more. Thread-safe.
class UsageRecorder {
public:
    // Starts the writing thread. A failed write is reported and tried again. References must outlive this.
    UsageRecorder(TenantStores&, FaultReport&);
    UsageRecorder(const UsageRecorder&) = delete;
    UsageRecorder& operator=(const UsageRecorder&) = delete;
    ~UsageRecorder();  // writes all waiting uses; those that cannot be written are lost

    // Adds a use. Does not write, and waits for no write.
    void note(const Tenant&, const ApiKeys::Use&);

    // Writes all waiting uses. Blocks until they are written or have failed. Failures are reported, not thrown, and
    // their uses wait for the next write.
    void flush();

    // The same for the tenants whose turn it is.
    void flushTurn();

private:
    struct Gathered {
        Tenant tenant;
        std::unordered_map<ApiKeyId, ApiKeys::Use, HashOfId> uses;
    };
    using Queue = std::list<Gathered>;  // the tenant that has waited longest is first

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
    std::size_t keys_ = 0;        // the number of waiting keys
    std::size_t share_;           // the number of tenants in a turn
    bool refused_ = false;        // the last turn could not write everything
    std::set<TenantId> failing_;  // tenants whose last write failed
    std::jthread writer_;         // last: it must stop before the other members are destroyed
};

}  // namespace claviger::domain

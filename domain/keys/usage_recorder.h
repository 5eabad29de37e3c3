#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "domain/base/fault_report.h"
#include "domain/ports/control/tenant_directory.h"
#include "domain/ports/tenant/tenant_stores.h"

namespace claviger::domain {

// Counts the uses of keys in memory, with each key's last use and its client. Writes them to the database on a thread
// of its own. One transaction has up to 1,000 keys of one tenant.
//
// A turn comes two seconds after the end of the last one. It writes the tenants that have waited longest: a fifteenth
// of those that wait at its beginning, and at least 50. While some wait, it takes no fewer tenants than the turn
// before. So each tenant is written within 15 turns, some half a minute. If 40,000 keys wait (some 6 MiB), the turn
// comes at once and takes more tenants, until fewer keys wait. After a turn with a failed write, the next one comes
// after two seconds in any case. While writes fail, more keys may wait, without a bound.
//
// A failed write ends no turn: each tenant of the turn is tried. Uses that could not be written wait for a later turn.
// They join the tenant's place in the queue, or get a new one at its end. Those of a tenant that was dropped, or is
// being dropped, are given up without a report. While the database is unavailable they wait as all others do. Those of
// a write whose outcome is unknown are written again, and may count twice. A crash loses the uses that are not written
// yet, and nothing more. Thread-safe.
class UsageRecorder {
public:
    // Starts the writing thread. Each failed write is reported. A success is reported after each turn, flush or
    // part that had uses, if the last write of every tenant has succeeded. References must outlive this.
    UsageRecorder(TenantStores&, const TenantDirectory&, FaultReport&);
    UsageRecorder(const UsageRecorder&) = delete;
    UsageRecorder& operator=(const UsageRecorder&) = delete;
    // Blocks until the writing thread has ended its turn and all waiting uses are written. Those that cannot be written
    // are lost.
    ~UsageRecorder();

    // Adds a use. Does not write, and waits for no write.
    void note(const Tenant&, const ApiKeys::Use&);

    // Writes all waiting uses, several tenants at a time. The calling thread writes too. Blocks until they are written
    // or have failed. Failures are reported, not thrown, and their uses wait for a later turn. Uses that another thread
    // is writing are not waited for.
    void flush();

    // Writes them in up to `parts` parts of as many tenants, one tenant at a time, with a pause after each part, also
    // after the last. Leaves the rest if the pause returns false. So the uses of a thousand tenants do not keep the
    // database from answering.
    void flushInParts(std::size_t parts, const std::function<bool()>& pause);

    // Writes the uses of the tenants whose turn it is. The writing thread calls it.
    void flushTurn();

private:
    struct Gathered {
        Tenant tenant;
        std::unordered_map<ApiKeyId, ApiKeys::Use, HashOfId> uses;
    };
    using Queue = std::list<Gathered>;  // the tenant that has waited longest is first

    Queue take(std::size_t tenants);
    void writeAll(Queue, unsigned tenantsAtATime = 1);
    bool write(Gathered&);
    void writeSome(Gathered&);
    bool isOpen(const TenantId&) const;
    void putBack(const Gathered&, const std::exception&);
    void returnMemory();
    void run(const std::stop_token&);

    TenantStores& stores_;
    const TenantDirectory& directory_;
    FaultReport& faults_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    Queue waiting_;
    std::unordered_map<TenantId, Queue::iterator, HashOfId> places_;
    std::size_t keys_ = 0;        // the number of waiting keys
    std::size_t share_;           // the number of tenants in a turn
    std::size_t taken_ = 0;       // the number of keys that were taken since free memory was last returned
    std::size_t seen_ = 0;        // taken_ at the end of the last turn
    bool refused_ = false;        // the last write of waiting uses could not write everything
    std::set<TenantId> failing_;  // tenants whose last write failed
    std::jthread writer_;         // last: it must stop before the other members are destroyed
};

}  // namespace claviger::domain

#include "domain/keys/usage_recorder.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

#include "domain/base/free_memory.h"
#include "domain/base/parallel.h"

namespace claviger::domain {
namespace {

constexpr std::chrono::seconds kWriteEvery{2};
constexpr std::size_t kTurns = 15;           // all waiting tenants are written within these: half a minute
constexpr std::size_t kTenantsOfATurn = 50;  // the least
constexpr unsigned kAtATime = 4;             // tenants at the end, when a process has 10 s left to write them all
constexpr std::size_t kManyKeys = 10'000;    // their memory is given back: some 3 MiB, in each worker
constexpr std::size_t kMostKeys = 40'000;    // keys that may wait for a later turn; bounds the memory to some 6 MiB

}  // namespace

UsageRecorder::UsageRecorder(TenantStores& stores, const TenantDirectory& directory, FaultReport& faults)
    : stores_(stores),
      directory_(directory),
      faults_(faults),
      share_(kTenantsOfATurn),
      writer_([this](const std::stop_token& stop) { run(stop); }) {}

UsageRecorder::~UsageRecorder() {
    writer_.request_stop();
    writer_.join();
    flush();
}

void UsageRecorder::note(const Tenant& tenant, const ApiKeys::Use& use) {
    const std::lock_guard lock(mutex_);
    auto found = places_.find(tenant.id);
    if (found == places_.end())
        found = places_.emplace(tenant.id, waiting_.insert(waiting_.end(), Gathered{tenant, {}})).first;
    const auto [place, first] = found->second->uses.try_emplace(use.key, use);
    if (!first)
        place->second.add(use);
    else if (++keys_ == kMostKeys)
        wake_.notify_one();
}

void UsageRecorder::flush() {
    Queue taken;
    {
        const std::lock_guard lock(mutex_);
        taken = take(waiting_.size());
    }
    writeAll(std::move(taken), kAtATime);
}

void UsageRecorder::flushInParts(std::size_t parts, const std::function<bool()>& pause) {
    std::size_t share = 0;
    for (std::size_t part = 0; part < parts; ++part) {
        Queue taken;
        {
            const std::lock_guard lock(mutex_);
            if (part == 0) share = (waiting_.size() + parts - 1) / parts;
            taken = take(share);
        }
        if (taken.empty()) return;
        writeAll(std::move(taken));
        if (!pause()) return;
    }
}

void UsageRecorder::flushTurn() {
    Queue taken;
    {
        const std::lock_guard lock(mutex_);
        // The share never shrinks while tenants wait. If it shrank with the queue, the last one would wait too long.
        share_ = std::max(waiting_.empty() ? kTenantsOfATurn : share_, (waiting_.size() + kTurns - 1) / kTurns);
        taken = take(share_);
    }
    writeAll(std::move(taken));
}

UsageRecorder::Queue UsageRecorder::take(std::size_t tenants) {
    Queue taken;
    while (!waiting_.empty() && (taken.size() < tenants || keys_ >= kMostKeys)) {
        const auto& first = waiting_.front();
        keys_ -= first.uses.size();
        taken_ += first.uses.size();
        places_.erase(first.tenant.id);
        taken.splice(taken.end(), waiting_, waiting_.begin());
    }
    return taken;
}

// A write mostly waits until its COMMIT is on the disk. Several at a time share one sync of the server.
void UsageRecorder::writeAll(Queue taken, unsigned tenantsAtATime) {
    if (taken.empty()) return;
    std::vector<Gathered*> all;
    for (auto& gathered : taken) all.push_back(&gathered);
    std::atomic<bool> refused = false;
    forEachInParallel(tenantsAtATime, all.size(), [&](std::size_t i) {
        if (!write(*all[i])) refused = true;
    });
    bool allWell = false;
    {
        const std::lock_guard lock(mutex_);
        refused_ = refused;
        allWell = failing_.empty();
    }
    if (allWell) faults_.worked();
}

// Returns false if not everything could be written. The rest is put back into the queue, or given up. In an outage it
// is put back without a look for the tenant: that query would wait as long again, in place of a request.
bool UsageRecorder::write(Gathered& gathered) {
    try {
        while (!gathered.uses.empty()) writeSome(gathered);
    } catch (const StorageUnavailable& failure) {
        putBack(gathered, failure);
        return false;
    } catch (const std::exception& failure) {
        if (isOpen(gathered.tenant.id)) {
            putBack(gathered, failure);
            return false;
        }
    }
    const std::lock_guard lock(mutex_);
    failing_.erase(gathered.tenant.id);
    return true;
}

// True too if that cannot be found out.
bool UsageRecorder::isOpen(const TenantId& tenant) const {
    try {
        return directory_.isOpen(tenant);
    } catch (const std::exception&) {
        return true;
    }
}

// Writes up to kMostUsesAtOnce uses and removes them from `gathered`, so that no use is counted twice.
void UsageRecorder::writeSome(Gathered& gathered) {
    std::vector<ApiKeys::Use> uses;
    for (auto use = gathered.uses.begin(); use != gathered.uses.end() && uses.size() < ApiKeys::kMostUsesAtOnce; ++use)
        uses.push_back(use->second);
    auto written = stores_.transact<void>(gathered.tenant, [&](TenantStore& store) -> Result<void> {
        store.apiKeys().recordUses(uses);
        return {};
    });
    (void)written;  // this work refuses nothing
    for (const auto& use : uses) gathered.uses.erase(use.key);
}

void UsageRecorder::putBack(const Gathered& gathered, const std::exception& failure) {
    faults_.failed(failure.what());
    for (const auto& [key, use] : gathered.uses) note(gathered.tenant, use);
    const std::lock_guard lock(mutex_);
    failing_.insert(gathered.tenant.id);
}

// After a time with many keys the worker would keep the memory of their uses for ever. During such a time it needs it.
void UsageRecorder::returnMemory() {
    {
        const std::lock_guard lock(mutex_);
        const bool isBusy = taken_ - seen_ >= kManyKeys;
        seen_ = taken_;
        if (isBusy || taken_ < kManyKeys) return;
        taken_ = seen_ = 0;
    }
    returnFreeMemory();
}

void UsageRecorder::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, stop, kWriteEvery, [&] { return keys_ >= kMostKeys && !refused_; });
        }
        // At the end all waiting uses are written several tenants at a time. A turn would write them one by one.
        if (stop.stop_requested()) return;
        flushTurn();
        returnMemory();
    }
}

}  // namespace claviger::domain

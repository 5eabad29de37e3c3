#include "domain/keys/usage_recorder.h"

#include <chrono>

namespace claviger::domain {
namespace {

constexpr std::chrono::seconds kWriteEvery{2};

}  // namespace

UsageRecorder::UsageRecorder(TenantStores& stores, Report report)
    : stores_(stores), report_(std::move(report)), writer_([this](const std::stop_token& stop) { run(stop); }) {}

UsageRecorder::~UsageRecorder() {
    writer_.request_stop();
    writer_.join();
    flush();
}

void UsageRecorder::note(const Tenant& tenant, const ApiKeys::Use& use) {
    const std::lock_guard lock(mutex_);
    auto gathered = uses_.find(tenant.id);
    if (gathered == uses_.end()) gathered = uses_.emplace(tenant.id, Gathered{tenant, {}}).first;
    const auto [place, first] = gathered->second.uses.try_emplace(use.key, use);
    if (!first) place->second.add(use);
}

void UsageRecorder::flush() {
    Uses taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(uses_);
    }
    for (const auto& [id, gathered] : taken) {
        try {
            write(gathered);
        } catch (const std::exception& failure) {
            report_(failure.what());
            for (const auto& [key, use] : gathered.uses) note(gathered.tenant, use);
        }
    }
}

void UsageRecorder::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, stop, kWriteEvery, [&] { return stop.stop_requested(); });
        }
        flush();
    }
}

void UsageRecorder::write(const Gathered& gathered) {
    std::vector<ApiKeys::Use> uses;
    uses.reserve(gathered.uses.size());
    for (const auto& [key, use] : gathered.uses) uses.push_back(use);
    auto written = stores_.transact<void>(gathered.tenant, [&](TenantStore& store) -> Result<void> {
        store.apiKeys().recordUses(uses);
        return {};
    });
    if (!written.ok()) report_(written.error().detail);
}

}  // namespace claviger::domain

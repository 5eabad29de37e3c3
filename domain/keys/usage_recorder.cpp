#include "domain/keys/usage_recorder.h"

#include <algorithm>
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

void UsageRecorder::note(const Tenant& tenant, const ApiKeyId& key, Timestamp at) {
    const std::lock_guard lock(mutex_);
    auto& lastUses = uses_.try_emplace(tenant.id, Gathered{tenant, {}}).first->second.lastUses;
    auto& last = lastUses.try_emplace(key, at).first->second;
    last = std::max(last, at);
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
            for (const auto& [key, at] : gathered.lastUses) note(gathered.tenant, key, at);
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
    uses.reserve(gathered.lastUses.size());
    for (const auto& [key, at] : gathered.lastUses) uses.push_back({key, at});
    auto written = stores_.transact<void>(gathered.tenant, [&](TenantStore& store) -> Result<void> {
        store.apiKeys().recordUses(uses);
        return {};
    });
    if (!written.ok()) report_(written.error().detail);
}

}  // namespace claviger::domain

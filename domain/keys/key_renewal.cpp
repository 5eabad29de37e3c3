#include "domain/keys/key_renewal.h"

#include <exception>

namespace claviger::domain {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kAtOnce = 500;  // such a query takes some 3 ms
constexpr auto kEvery = 250ms;
constexpr auto kAfterAFailure = 2s;

}  // namespace

void KeyRenewal::renewDue() {
    for (auto due = keys_.nextDue(kAtOnce); !due.empty(); due = keys_.nextDue(kAtOnce)) renew(due);
}

// Reads the counters before the query, as verify does. A change that the query does not see bumps one of them before it
// is acknowledged.
void KeyRenewal::renew(const std::vector<secrets::KeyHash>& due) {
    std::vector<KeyHashes> hashes;
    hashes.reserve(due.size());
    for (const auto& hash : due) hashes.push_back({hash});
    ShardCounters before;
    fence_.read(before);
    const auto found = index_.find(hashes);
    for (std::size_t i = 0; i < due.size(); ++i) {
        if (!found[i]) {
            keys_.giveUp(due[i]);
            continue;
        }
        const auto& key = found[i]->found.key;
        keys_.renew(due[i], key, {before, {shardOf(key.id), shardOf(key.user), shardOf(found[i]->tenant)}});
    }
}

void KeyRenewal::run(const Pause& pause) {
    while (pause(tryRound() ? kEvery : kAfterAFailure)) {
    }
}

bool KeyRenewal::tryRound() {
    try {
        renewDue();
        faults_.worked();
        return true;
    } catch (const std::exception& failure) {
        faults_.failed(failure.what());
        return false;
    }
}

}  // namespace claviger::domain

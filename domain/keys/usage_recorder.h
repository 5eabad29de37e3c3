#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "domain/stores/tenant_stores.h"

namespace claviger::domain {

// Gathers in memory how often keys are used, and by whom last, and writes it every two seconds and at destruction, by
// the thousand keys of a tenant, never on a request's path. A crash loses those seconds and nothing else. Thread-safe.
class UsageRecorder {
public:
    using Report = std::function<void(const std::string&)>;  // told why a write failed; it is tried again

    UsageRecorder(TenantStores&, Report);  // the stores must outlive this
    UsageRecorder(const UsageRecorder&) = delete;
    UsageRecorder& operator=(const UsageRecorder&) = delete;
    ~UsageRecorder();

    void note(const Tenant&, const ApiKeys::Use&);

    // Writes what has gathered. Throws nothing: what cannot be written is kept.
    void flush();

private:
    struct Gathered {
        Tenant tenant;
        std::unordered_map<ApiKeyId, ApiKeys::Use, HashOfId> uses;
    };
    using Uses = std::unordered_map<TenantId, Gathered, HashOfId>;

    void run(const std::stop_token&);
    void write(const Gathered&);

    TenantStores& stores_;
    Report report_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    Uses uses_;
    std::jthread writer_;  // last: it must stop before the rest goes
};

}  // namespace claviger::domain

#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/fault_report.h"
#include "domain/doctor/writer_probe.h"
#include "domain/fence/fence.h"
#include "domain/tenants/tenant_directory.h"

namespace claviger::domain {

// Whether this worker can do its work, and which part is missing. It stands any number of probes a second: one at a
// time looks at the database, and no other waits for it. Thread-safe.
class Readiness {
public:
    enum class Part {
        kDatabase,  // gives no answer
        kWriter,    // gives answers and takes no writes
        kSchema,    // lacks what this release needs, or no tenant has been migrated to it
        kFence,     // this host's feeder is behind: nothing is remembered, so every verify reads the database
    };

    struct Verdict {
        std::vector<Part> missing;  // in the order above; empty: ready
        std::string cause;          // for the log
    };

    // A fence may be down this long: a new feeder needs half a second.
    static constexpr std::chrono::seconds kFencePatience{2};
    // What a look finds missing counts for the probes that follow it so soon.
    static constexpr std::chrono::milliseconds kKept{500};
    // A look that is under way for longer finds no answer.
    static constexpr std::chrono::seconds kLongestLook{1};

    using Clock = std::function<std::chrono::steady_clock::time_point()>;

    // Each verdict is reported. References must outlive this.
    Readiness(const WriterProbe&, const TenantDirectory&, const Fence&, FaultReport&,
              Clock = std::chrono::steady_clock::now);

    // Throws nothing but std::bad_alloc.
    Verdict verdict();

private:
    Verdict ofDatabase();
    Verdict look() const;

    const WriterProbe& writer_;
    const TenantDirectory& directory_;
    const Fence& fence_;
    FaultReport& faults_;
    const Clock now_;

    std::mutex mutex_;
    bool looking_ = false;
    std::chrono::steady_clock::time_point begun_{};  // the last look
    std::optional<Verdict> seen_;                    // by the last look that has ended
};

}  // namespace claviger::domain

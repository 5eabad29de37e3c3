#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "domain/base/fault_report.h"
#include "domain/fence/fence.h"
#include "domain/ports/control/tenant_directory.h"
#include "domain/ports/outside/writer_probe.h"

namespace claviger::domain {

// Decides whether this worker can serve requests, and names each missing part. Any number of probes per second is fine:
// at most one at a time checks the database, and the others do not wait for it. Thread-safe.
class Readiness {
public:
    enum class Part {
        kDatabase,  // does not answer
        kWriter,    // answers, but takes no writes
        kSchema,    // lacks something that this release needs, or no tenant has been migrated to this release
        kFence,     // this host's poller is behind: no cached entry is valid, so every verify reads the database
    };

    struct Verdict {
        std::vector<Part> missing;  // in the order above; empty: ready
        std::string cause;          // for the log
    };

    // The fence may be down this long before kFence is missing: a new poller needs half a second.
    static constexpr std::chrono::seconds kFencePatience{2};
    // A check that found missing parts is not repeated for this long after it began. One without any is repeated.
    static constexpr std::chrono::milliseconds kKept{500};
    // While a check runs, other probes get the previous result for this long, and after that kDatabase.
    static constexpr std::chrono::seconds kLongestLook{1};

    using Clock = std::function<std::chrono::steady_clock::time_point()>;

    // Each verdict is reported to the FaultReport. References must outlive this.
    Readiness(const WriterProbe&, const TenantDirectory&, const Fence&, FaultReport&,
              Clock = std::chrono::steady_clock::now);

    // Returns the current verdict, after at most one check of the database. Throws only std::bad_alloc.
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
    std::chrono::steady_clock::time_point begun_{};  // start of the last check
    std::optional<Verdict> seen_;                    // result of the last finished check
};

}  // namespace claviger::domain

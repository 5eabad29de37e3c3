#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "domain/base/clock.h"
#include "domain/base/fault_report.h"
#include "fcgi/telemetry/log.h"

namespace claviger::fcgi {

// Logs one kind of fault without filling the log while it lasts. The first failure is logged at once:
// {"level":"error","event":"poller_failed","cause":"…"}
// Equal failures after it are one line a minute, with their number since the line before ("times":300). A success at
// least kCalm after the last failure ends the fault with one line:
// {"level":"info","event":"well_again","of":"poller_failed","failures":1234,"seconds":247.1}
// A fault that comes and goes faster than that stays one fault. Different causes have lines of their own, up to
// kMostCauses of them. Further causes share the lines of the last. Thread-safe.
class RepeatedFault final : public domain::FaultReport {
public:
    static constexpr std::chrono::minutes kEvery{1};
    static constexpr std::chrono::seconds kCalm{1};
    static constexpr std::size_t kMostCauses = 8;

    using Write = std::function<void(const LogFields&)>;

    // The clock must outlive this. `Write` runs under a lock, so in one thread at a time.
    RepeatedFault(const domain::Clock&, std::string_view level, std::string_view event, Write = logLine);

    void failed(const std::string& cause) override;
    void worked() override;

private:
    struct Cause {
        std::string text;
        domain::Timestamp loggedAt;
        std::int64_t unlogged = 0;
    };

    Cause* known(const std::string& cause);
    void log(const std::string& cause, std::int64_t times) const;

    const domain::Clock& clock_;
    const std::string level_;
    const std::string event_;
    const Write write_;

    std::atomic<bool> faulty_ = false;  // causes_ is not empty
    std::mutex mutex_;
    std::vector<Cause> causes_;
    std::int64_t failures_ = 0;
    domain::Timestamp first_{}, last_{};
};

}  // namespace claviger::fcgi

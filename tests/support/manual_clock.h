#pragma once

#include <atomic>
#include <chrono>

#include "domain/base/clock.h"

namespace claviger::tests {

// A clock that stands still until a test advances it. Thread-safe.
class ManualClock final : public domain::Clock {
public:
    // 2026-01-02T03:04:05.678901Z: every field differs, so that no two can be confused.
    static constexpr domain::Timestamp kStart{std::chrono::microseconds{1'767'323'045'678'901}};

    domain::Timestamp now() const override { return domain::Timestamp{std::chrono::microseconds{micros_.load()}}; }
    void advance(std::chrono::microseconds by) { micros_ += by.count(); }

private:
    std::atomic<std::chrono::microseconds::rep> micros_{kStart.time_since_epoch().count()};
};

}  // namespace claviger::tests

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace claviger::domain {

// A moment in UTC, to the microsecond: what a DATETIME(6) column holds.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

// How far the clocks of two hosts may be apart. A time that was written further in the future counts for nothing.
constexpr std::chrono::minutes kClockTolerance{5};

// Where the time comes from, so that a test can say what time it is. Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
public:
    Timestamp now() const override;
};

// "2026-11-23T16:02:07.123Z" (ISO 8601, milliseconds, UTC): the form of every time in JSON.
std::string iso8601(Timestamp);

// Reads the form of a DATETIME(6), "2026-11-23 16:02:07.123456". Nothing for any other form and for a day or hour that
// the calendar does not have.
std::optional<Timestamp> parseMoment(std::string_view);

}  // namespace claviger::domain

#pragma once

#include <chrono>
#include <string>

namespace claviger::domain {

// A moment in UTC, to the microsecond: what a DATETIME(6) column holds.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

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

}  // namespace claviger::domain

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace claviger::domain {

// A moment in UTC, to the microsecond, as a DATETIME(6) column stores it.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

// The largest accepted difference between the clocks of two hosts. A stored time further in the future is ignored.
constexpr std::chrono::minutes kClockTolerance{5};

// The source of the current time, so that a test can set the time. Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
public:
    Timestamp now() const override;
};

// Returns "2026-11-23T16:02:07.123Z" (ISO 8601, milliseconds, UTC), the form of every time in JSON. The year must be
// from 0 to 9999.
std::string iso8601(Timestamp);

// Parses the form of a DATETIME(6), "2026-11-23 16:02:07.123456". Returns nullopt for any other form, and for a date or
// a time of day that does not exist.
std::optional<Timestamp> parseMoment(std::string_view);

// Parses RFC 3339: "2026-11-23T16:02:07Z", with any number of digits of a second, and with an offset in place of Z.
// Digits after the microsecond are ignored. Returns nullopt for any other form, for a leap second, and for a date or a
// time that does not exist.
std::optional<Timestamp> parseRfc3339(std::string_view);

// Parses "2026-11-23". Returns nullopt for any other form, and for a date that does not exist.
std::optional<std::chrono::sys_days> parseDate(std::string_view);

}  // namespace claviger::domain

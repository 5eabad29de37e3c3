#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace claviger::fcgi {

using LogValue = std::variant<std::string, std::int64_t, double>;
using LogFields = std::vector<std::pair<std::string_view, LogValue>>;  // in the order in which they are written

// The fields as one JSON object on one line of its own, after the time:
// {"time":"2026-11-23T16:02:07.123Z","level":"info","event":"worker_ready","pid":42}
// The line is valid JSON for any texts: control characters are escaped, bytes that are not UTF-8 become U+FFFD, and a
// text is cut after kLongestLogText bytes.
std::string formatLogLine(const LogFields&);

constexpr std::size_t kLongestLogText = 1000;

// Writes that line to standard error with one write(2), so that the lines of several threads and processes do not mix.
// A pipe guarantees this up to 4,096 bytes. A line that cannot be written is lost. Thread-safe. Throws std::bad_alloc
// only. Secrets, bodies and query strings do not belong here.
void logLine(const LogFields&);

}  // namespace claviger::fcgi

#include "fcgi/telemetry/log.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "domain/base/clock.h"
#include "domain/base/utf8.h"

namespace claviger::fcgi {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// The length in bytes of the first code point of `text`; 0 if its first bytes are not well-formed UTF-8.
std::size_t wellFormed(std::string_view text, char32_t& point) {
    for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length) {
        const auto points = domain::decodeUtf8(text.substr(0, length));
        if (!points) continue;
        point = points->front();
        return length;
    }
    return 0;
}

void appendPoint(std::string& line, std::string_view bytes, char32_t point) {
    if (point == U'"' || point == U'\\') {
        line.append("\\").append(bytes);
    } else if (domain::isControl(point)) {
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(point));
        line += escape;
    } else {
        line += bytes;
    }
}

bool isPlain(char byte) {  // true for nearly all bytes
    return byte >= ' ' && byte < '\x7f' && byte != '"' && byte != '\\';
}

void appendText(std::string& line, std::string_view text) {
    const bool cut = text.size() > kLongestLogText;
    if (cut) text = text.substr(0, kLongestLogText);

    line += '"';
    while (true) {
        const auto* const plain = std::find_if_not(text.begin(), text.end(), isPlain);
        line.append(text.begin(), plain);
        text.remove_prefix(static_cast<std::size_t>(plain - text.begin()));
        if (text.empty()) break;
        char32_t point = 0;
        const auto length = wellFormed(text, point);
        if (length == 0)
            line += kReplacement;
        else
            appendPoint(line, text.substr(0, length), point);
        text.remove_prefix(std::max<std::size_t>(1, length));
    }
    line += cut ? "…\"" : "\"";
}

void appendNumber(std::string& line, double number) {
    std::array<char, 32> digits;
    const auto* const end = std::to_chars(digits.begin(), digits.end(), number, std::chars_format::general, 6).ptr;
    line += std::isfinite(number) ? std::string_view(digits.begin(), end) : "null";  // JSON has no infinity
}

struct Appender {
    std::string& line;
    void operator()(const std::string& text) const { appendText(line, text); }
    void operator()(std::int64_t number) const { line += std::to_string(number); }
    void operator()(double number) const { appendNumber(line, number); }
};

}  // namespace

std::string formatLogLine(const LogFields& fields) {
    std::string line = "{\"time\":\"" + domain::iso8601(domain::SystemClock().now()) + "\"";
    for (const auto& [name, value] : fields) {
        line += ',';
        appendText(line, name);
        line += ':';
        std::visit(Appender{line}, value);
    }
    return line + "}\n";
}

void logLine(const LogFields& fields) {
    const auto line = formatLogLine(fields);
    while (::write(STDERR_FILENO, line.data(), line.size()) < 0 && errno == EINTR) {
    }
}

}  // namespace claviger::fcgi

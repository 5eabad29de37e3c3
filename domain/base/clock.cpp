#include "domain/base/clock.h"

#include <algorithm>

namespace claviger::domain {
namespace {

constexpr std::string_view kDateForm = "dddd-dd-dd", kTimeForm = "dd:dd:dd", kOffsetForm = "dd:dd";
constexpr std::size_t kMicrosecondDigits = 6;

bool hasForm(std::string_view text, std::string_view form) {
    return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                      [](char c, char f) { return f == 'd' ? c >= '0' && c <= '9' : c == f; });
}

int number(std::string_view text, std::size_t from, std::size_t length) {
    int value = 0;
    for (const char c : text.substr(from, length)) value = 10 * value + (c - '0');
    return value;
}

// The moment of "2026-11-23 16:02:07" at the beginning of the text, with any character in the middle.
std::optional<Timestamp> secondIn(std::string_view text) {
    using namespace std::chrono;
    const auto date = parseDate(text.substr(0, 10));
    const auto time = text.substr(11, 8);
    if (!date || !hasForm(time, kTimeForm)) return std::nullopt;
    const int hour = number(time, 0, 2), minute = number(time, 3, 2), second = number(time, 6, 2);
    if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return *date + hours{hour} + minutes{minute} + seconds{second};
}

// The digits of a second after its point. At least one.
std::optional<std::chrono::microseconds> microsecondsIn(std::string_view digits) {
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::string six(digits.substr(0, kMicrosecondDigits));
    six.resize(kMicrosecondDigits, '0');
    return std::chrono::microseconds{number(six, 0, kMicrosecondDigits)};
}

// "Z", or "+05:30".
std::optional<std::chrono::minutes> offsetIn(std::string_view text) {
    if (text == "Z" || text == "z") return std::chrono::minutes{0};
    if (text.empty() || (text[0] != '+' && text[0] != '-') || !hasForm(text.substr(1), kOffsetForm))
        return std::nullopt;
    const int hours = number(text, 1, 2), minutes = number(text, 4, 2);
    if (hours > 23 || minutes > 59) return std::nullopt;
    return std::chrono::minutes{(text[0] == '-' ? -1 : 1) * (60 * hours + minutes)};
}

}  // namespace

Timestamp SystemClock::now() const {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

// Written digit by digit instead of with a format string, because a page contains some twenty times.
std::string iso8601(Timestamp moment) {
    using namespace std::chrono;
    const auto day = floor<days>(moment);
    const year_month_day date{day};
    const hh_mm_ss time{floor<milliseconds>(moment - day)};
    std::string text = "0000-00-00T00:00:00.000Z";
    const auto put = [&text](std::size_t end, std::int64_t number) {
        for (; number > 0; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
    };
    put(4, static_cast<int>(date.year()));
    put(7, static_cast<unsigned>(date.month()));
    put(10, static_cast<unsigned>(date.day()));
    put(13, time.hours().count());
    put(16, time.minutes().count());
    put(19, time.seconds().count());
    put(23, time.subseconds().count());
    return text;
}

std::optional<std::chrono::sys_days> parseDate(std::string_view text) {
    using namespace std::chrono;
    if (!hasForm(text, kDateForm)) return std::nullopt;
    const year_month_day date{year{number(text, 0, 4)}, month{static_cast<unsigned>(number(text, 5, 2))},
                              day{static_cast<unsigned>(number(text, 8, 2))}};
    return date.ok() ? std::optional(sys_days{date}) : std::nullopt;
}

std::optional<Timestamp> parseMoment(std::string_view text) {
    if (text.size() != 26 || text[10] != ' ' || text[19] != '.') return std::nullopt;
    const auto second = secondIn(text);
    const auto fraction = microsecondsIn(text.substr(20));
    return second && fraction ? std::optional(*second + *fraction) : std::nullopt;
}

std::optional<Timestamp> parseRfc3339(std::string_view text) {
    if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
    const auto second = secondIn(text);
    const auto afterFraction = text[19] == '.' ? text.find_first_not_of("0123456789", 20) : 19;
    if (!second || afterFraction == std::string_view::npos) return std::nullopt;
    const auto fraction = text[19] == '.' ? microsecondsIn(text.substr(20, afterFraction - 20))
                                          : std::optional(std::chrono::microseconds{0});
    const auto offset = offsetIn(text.substr(afterFraction));
    if (!fraction || !offset) return std::nullopt;
    return *second + *fraction - *offset;
}

}  // namespace claviger::domain

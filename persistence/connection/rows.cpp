#include "persistence/connection/rows.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>

namespace claviger::persistence {
namespace {

[[noreturn]] void wrongShape(std::size_t column, const char* expected) {
    throw std::logic_error("column " + std::to_string(column) + " of a result is not " + expected);
}

// The form of a DATETIME(6): 2026-11-23 16:02:07.123456
constexpr std::string_view kForm = "dddd-dd-dd dd:dd:dd.dddddd";

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool hasForm(std::string_view text) {
    return std::equal(text.begin(), text.end(), kForm.begin(), kForm.end(),
                      [](char c, char form) { return form == 'd' ? isDigit(c) : c == form; });
}

int number(std::string_view text, std::size_t from, std::size_t length) {
    int value = 0;
    for (const char c : text.substr(from, length)) value = 10 * value + (c - '0');
    return value;
}

std::optional<domain::Timestamp> parse(std::string_view text) {
    using namespace std::chrono;
    if (!hasForm(text)) return std::nullopt;
    const year_month_day date{year{number(text, 0, 4)}, month{static_cast<unsigned>(number(text, 5, 2))},
                              day{static_cast<unsigned>(number(text, 8, 2))}};
    if (!date.ok()) return std::nullopt;
    return sys_days{date} + hours{number(text, 11, 2)} + minutes{number(text, 14, 2)} + seconds{number(text, 17, 2)} +
           microseconds{number(text, 20, 6)};
}

}  // namespace

const std::string& Row::text(std::size_t column) const {
    const auto& value = at(column);
    if (!value) wrongShape(column, "text: it is NULL");
    return *value;
}

std::int64_t Row::integer(std::size_t column) const {
    const auto& digits = text(column);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) wrongShape(column, "an integer");
    return value;
}

domain::Timestamp Row::timestamp(std::size_t column) const {
    const auto moment = parse(text(column));
    if (!moment) wrongShape(column, "a DATETIME(6)");
    return *moment;
}

std::optional<domain::Timestamp> Row::maybeTimestamp(std::size_t column) const {
    return isNull(column) ? std::nullopt : std::optional(timestamp(column));
}

bool Row::isNull(std::size_t column) const {
    return !at(column).has_value();
}

const Row::Column& Row::at(std::size_t column) const {
    if (column >= columns_.size()) wrongShape(column, "there");
    return columns_[column];
}

}  // namespace claviger::persistence

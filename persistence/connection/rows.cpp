#include "persistence/connection/rows.h"

#include <charconv>
#include <stdexcept>

namespace claviger::persistence {
namespace {

[[noreturn]] void wrongShape(std::size_t column, const char* expected) {
    throw std::logic_error("column " + std::to_string(column) + " of a result is not " + expected);
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
    const auto moment = domain::parseMoment(text(column));
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

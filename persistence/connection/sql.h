#pragma once

#include <string_view>

namespace claviger::persistence {

// The text of a statement: always a constant of this program, so that nothing from outside can become SQL.
// `?` stands for a value and `{name}` for an identifier (statement.h).
class Sql {
public:
    consteval Sql(const char* text) : text_(text) {}  // NOLINT: implicit on purpose

    constexpr std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

}  // namespace claviger::persistence

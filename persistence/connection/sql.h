#pragma once

#include <string_view>

namespace claviger::persistence {

// The text of a statement: always a constant of this program, so that nothing from outside can become SQL.
// `?` stands for a value and `{name}` for an identifier (statement.h). One statement: several may travel together
// (connection.h), so a `;` in one does not compile.
class Sql {
public:
    consteval Sql(const char* text) : text_(text) {                            // NOLINT: implicit on purpose
        if (text_.find(';') != std::string_view::npos) throw "one statement";  // NOLINT: never at run time
    }

    constexpr std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

}  // namespace claviger::persistence

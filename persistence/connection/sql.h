#pragma once

#include <string_view>

namespace claviger::persistence {

// The text of one statement. It is always a constant of this program, so that no input can become SQL. `?` stands for a
// value and `{name}` for an identifier (statement.h). A `;` does not compile: Connection puts several statements into
// one message (connection.h), so each text must be one statement.
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

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace claviger::domain {

// The code points of a UTF-8 text, or nothing if it is not well-formed (Unicode, table 3-7: no overlong
// forms, no surrogates, nothing above U+10FFFF).
std::optional<std::u32string> decodeUtf8(std::string_view);

std::string encodeUtf8(std::u32string_view);

bool isWhiteSpace(char32_t);  // the Unicode property White_Space
bool isControl(char32_t);     // general category Cc

// Without the White_Space at both ends.
std::u32string_view trimWhiteSpace(std::u32string_view);

}  // namespace claviger::domain

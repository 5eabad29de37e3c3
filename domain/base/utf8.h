#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace claviger::domain {

// Returns the code points of a UTF-8 text, or nullopt if the text is not well-formed. Well-formed is as in Unicode,
// table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
std::optional<std::u32string> decodeUtf8(std::string_view);

// The argument must hold only code points that decodeUtf8 returns; this is not checked.
std::string encodeUtf8(std::u32string_view);

bool isWhiteSpace(char32_t);  // the Unicode property White_Space
bool isControl(char32_t);     // general category Cc

// Returns the text without the White_Space at both ends, as a view into the argument.
std::u32string_view trimWhiteSpace(std::u32string_view);

}  // namespace claviger::domain

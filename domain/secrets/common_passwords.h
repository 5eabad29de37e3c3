#pragma once

#include <string_view>

namespace claviger::domain::secrets {

// The 3,000 commonest passwords of 12 bytes or more (common_passwords.txt, compiled in). They are in lower case and
// sorted byte by byte. Constant, so thread-safe. Each has a newline before and after it. README.md names the source of
// the list.
extern const std::string_view kCommonPasswords;

}  // namespace claviger::domain::secrets

#pragma once

#include <string_view>

namespace claviger::domain::secrets {

// The 3,000 commonest passwords of 12 bytes or more (common_passwords.txt, compiled in): in lower case, sorted byte by
// byte, each with a newline before and after it. README.md says where the list comes from.
extern const std::string_view kCommonPasswords;

}  // namespace claviger::domain::secrets

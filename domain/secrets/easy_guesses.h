#pragma once

#include <optional>
#include <string_view>

namespace claviger::domain::secrets {

// Why a new password is among the first that a stranger tries; nothing if it is not. ASCII case makes no difference.
// Thread-safe. Keeps no copy of the password.
//
//   it is one of the 3,000 commonest (common_passwords.h)
//   it is one character, repeated
//   it consists of digits and of words of the e-mail only; punctuation and blanks do not count
//
// The answer names the rule and never the password. A word of the e-mail is a run of letters and digits.
std::optional<std::string_view> easyGuess(std::string_view password, std::string_view email);

}  // namespace claviger::domain::secrets

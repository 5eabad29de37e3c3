#pragma once

#include <optional>
#include <string_view>

namespace claviger::domain::secrets {

// Returns the reason why a new password is easy to guess, or nullopt if it is not. ASCII case is ignored. Thread-safe.
// Keeps no copy of the password.
//
//   it is one of the 3,000 commonest (common_passwords.h)
//   it is one character, repeated
//   it consists of digits and of words of the e-mail only; punctuation and blanks do not count
//
// The returned text is a constant that names the rule, and never the password. A word of the e-mail is a run of letters
// and digits.
std::optional<std::string_view> easyGuess(std::string_view password, std::string_view email);

}  // namespace claviger::domain::secrets

#pragma once

#include <string>
#include <string_view>

#include "domain/base/result.h"

namespace claviger::domain {

// The name of a tenant or a person: trimmed of Unicode White_Space, then 1 to 100 code points of valid UTF-8 without
// control characters.
//   kInvalidArgument  of another form
Result<std::string> parseDisplayName(std::string_view);

}  // namespace claviger::domain

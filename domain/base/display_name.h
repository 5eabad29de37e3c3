#pragma once

#include <string>
#include <string_view>

#include "domain/base/result.h"

namespace claviger::domain {

// Parses the name of a tenant or a person. Trims Unicode White_Space, and returns the trimmed name: 1 to 100 code
// points of valid UTF-8 without control characters.
//   kInvalidArgument  the text has another form, or is empty after trimming
// Thread-safe.
Result<std::string> parseDisplayName(std::string_view);

}  // namespace claviger::domain

#include "domain/base/display_name.h"

#include <algorithm>

#include "domain/base/utf8.h"

namespace claviger::domain {
namespace {

constexpr std::size_t kMaxCodePoints = 100;

}  // namespace

Result<std::string> parseDisplayName(std::string_view text) {
    const auto points = decodeUtf8(text);
    const auto name = points ? trimWhiteSpace(*points) : std::u32string_view{};
    if (name.empty() || name.size() > kMaxCodePoints || std::any_of(name.begin(), name.end(), isControl))
        return Error{ErrorCode::kInvalidArgument,
                     "a name has 1 to 100 characters of valid UTF-8, none of them a control character"};
    return encodeUtf8(name);
}

}  // namespace claviger::domain

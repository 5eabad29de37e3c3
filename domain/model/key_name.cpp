#include "domain/model/key_name.h"

#include <algorithm>

#include "domain/base/utf8.h"

namespace claviger::domain {

Result<KeyName> KeyName::parse(std::string_view text) {
    const auto points = decodeUtf8(text);
    if (!points) return ErrorCode::kNameInvalid;

    const auto name = trimWhiteSpace(*points);
    if (name.empty()) return ErrorCode::kNameRequired;
    if (std::any_of(name.begin(), name.end(), isControl)) return ErrorCode::kNameInvalid;
    if (name.size() > kMaxCodePoints) return ErrorCode::kNameTooLong;
    return KeyName(encodeUtf8(name));
}

}  // namespace claviger::domain

#include "domain/model/email.h"

#include <algorithm>

#include "domain/base/utf8.h"

namespace claviger::domain {

Result<Email> Email::parse(std::string_view text) {
    const Error refusal{ErrorCode::kInvalidArgument, "an e-mail address looks like name@example.com"};
    const auto points = decodeUtf8(text);
    if (!points) return refusal;

    std::u32string address(trimWhiteSpace(*points));
    std::transform(address.begin(), address.end(), address.begin(),
                   [](char32_t c) { return c >= U'A' && c <= U'Z' ? c + (U'a' - U'A') : c; });
    const auto at = address.find(U'@');
    const bool oneAt = at != std::u32string::npos && at > 0 && at + 1 < address.size() &&
                       address.find(U'@', at + 1) == std::u32string::npos;
    const bool clean =
        std::none_of(address.begin(), address.end(), [](char32_t c) { return isControl(c) || isWhiteSpace(c); });

    auto bytes = encodeUtf8(address);
    if (!oneAt || !clean || bytes.size() > kMaxBytes) return refusal;
    return Email(std::move(bytes));
}

}  // namespace claviger::domain

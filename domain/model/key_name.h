#pragma once

#include <string>
#include <string_view>

#include "domain/base/result.h"

namespace claviger::domain {

// The name of an API key: 1 to 100 code points of valid UTF-8, trimmed of Unicode White_Space. Control characters
// (category Cc) are refused, format characters are allowed. Names are compared byte by byte.
class KeyName {
public:
    static constexpr std::size_t kMaxCodePoints = 100;

    // Trims the text and checks the rest.
    //   kNameInvalid   bad UTF-8 anywhere, or a control character inside
    //   kNameRequired  nothing left after trimming
    //   kNameTooLong   over 100 code points
    static Result<KeyName> parse(std::string_view);

    const std::string& text() const { return text_; }
    auto operator<=>(const KeyName&) const = default;

private:
    explicit KeyName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace claviger::domain

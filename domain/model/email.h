#pragma once

#include <string>
#include <string_view>

#include "domain/base/result.h"

namespace claviger::domain {

// An e-mail address in lower case, as it is stored and compared. Never empty. Immutable, so thread-safe.
class Email {
public:
    static constexpr std::size_t kMaxBytes = 254;  // RFC 5321, section 4.5.3.1.3

    // Trims White_Space and lowers ASCII letters. Accepts valid UTF-8 of at most kMaxBytes with one @ that has text on
    // both sides, without spaces and control characters. This does not prove that the address exists.
    //   kInvalidArgument  the text has another form
    static Result<Email> parse(std::string_view);

    const std::string& text() const { return text_; }
    std::string localPart() const { return text_.substr(0, text_.find('@')); }
    auto operator<=>(const Email&) const = default;

private:
    explicit Email(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace claviger::domain

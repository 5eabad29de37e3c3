#pragma once

#include <string>
#include <string_view>

#include "domain/base/result.h"

namespace claviger::domain {

// An e-mail address in lower case, as it is stored and compared.
class Email {
public:
    static constexpr std::size_t kMaxBytes = 254;  // RFC 5321, section 4.5.3.1.3

    // Trims White_Space and lowers ASCII letters. One @ with something on both sides, no spaces or control
    // characters, valid UTF-8: a form that a mail server would look at, not a proof that it exists.
    //   kInvalidArgument  of another form
    static Result<Email> parse(std::string_view);

    const std::string& text() const { return text_; }
    std::string localPart() const { return text_.substr(0, text_.find('@')); }
    auto operator<=>(const Email&) const = default;

private:
    explicit Email(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace claviger::domain

#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace claviger::fcgi {

enum class BodyState {
    kWhole,
    kTooLarge,  // over Request::kMaxBody; `body` is empty
    kCutShort,  // its length is not the one announced, or it ended early; `body` is empty
};

// One HTTP request, as nginx hands it over.
struct Request {
    static constexpr std::size_t kMaxBody = 64 * 1024;  // bytes

    std::string requestId;  // 32 hexadecimal digits, nginx's own
    std::string method;     // "GET", "POST", …
    std::string path;       // raw, as on the request line: still percent-encoded, without the query
    std::string query;      // raw, without the question mark
    std::string scheme;     // "http" or "https"
    std::string authority;  // host[:port] in lower case
    std::string address;    // the client's
    std::map<std::string, std::string> headers;  // by name in lower case with hyphens
    std::string body;
    BodyState bodyState = BodyState::kWhole;

    std::optional<std::string_view> header(const std::string& lowerCaseName) const;
};

// The parameters of one FastCGI request by name. Of a repeated header all values, joined by commas (cookies by
// semicolons); of another repeated one the first.
using CgiParameters = std::map<std::string, std::string, std::less<>>;

// Reads the parameters that nginx/claviger_params names. The client can set none but HTTP_… and CONTENT_….
// A missing request id is made here; a missing one of the others is an empty text.
Request parseCgi(CgiParameters, std::string body, BodyState);

}  // namespace claviger::fcgi

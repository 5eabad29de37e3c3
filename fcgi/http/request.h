#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claviger::fcgi {

enum class BodyState {
    kWhole,
    kTooLarge,  // over Request::kMaxBody; `body` is empty
    kCutShort,  // its length is not the one announced, or it ended early; `body` is empty
};

// One HTTP request, as nginx passes it on.
struct Request {
    static constexpr std::size_t kMaxBody = 64 * 1024;  // bytes

    std::string requestId;   // 32 lower-case hexadecimal digits, of nginx or made here
    std::string method;      // "GET", "POST", …
    std::string path;        // raw, as on the request line: still percent-encoded, without the query
    std::string query;       // raw, without the "?"
    std::string scheme;      // "http" or "https"
    std::string authority;   // the Host header in lower case: host[:port]
    std::string server;      // the host by which nginx chose its server, lower case, no port; empty: none passed
    std::string address;     // the client's IP address
    bool httpsOnly = false;  // sign-ins over http from other machines are refused
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case with hyphens, each once
    std::string body;
    BodyState bodyState = BodyState::kWhole;

    // The header's value, valid as long as this; nullopt if it was not sent.
    std::optional<std::string_view> header(std::string_view lowerCaseName) const;
};

// The parameters of one FastCGI request, names and values, in the order in which they came. The views refer to the
// record parser's buffers, which must outlive this.
using CgiParameters = std::vector<std::pair<std::string_view, std::string_view>>;

// Builds a request from the parameters that nginx/claviger_params names. The client can set none but HTTP_… and
// CONTENT_…. A request id that is missing or malformed is replaced by a new one. Any other missing parameter is an
// empty text. Of a repeated header all values count, joined by commas (cookies by semicolons), as RFC 9110, section 5.3
// says. So no client can hide one credential behind another. Of any other repeated parameter the first counts, which
// nginx/claviger_params has set. The result keeps no view of the parameters. Throws std::bad_alloc.
Request parseCgi(const CgiParameters&, std::string body, BodyState);

}  // namespace claviger::fcgi

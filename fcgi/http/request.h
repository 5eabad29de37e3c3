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

// One HTTP request, as nginx hands it over.
struct Request {
    static constexpr std::size_t kMaxBody = 64 * 1024;  // bytes

    std::string requestId;   // 32 hexadecimal digits, nginx's own
    std::string method;      // "GET", "POST", …
    std::string path;        // raw, as on the request line: still percent-encoded, without the query
    std::string query;       // raw, without the question mark
    std::string scheme;      // "http" or "https"
    std::string authority;   // host[:port] in lower case, of the Host header
    std::string server;      // the host by which nginx chose its server: lower case, without port; empty: not said
    std::string address;     // the client's
    bool httpsOnly = false;  // sign-ins over http from other machines are refused
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case with hyphens, each once
    std::string body;
    BodyState bodyState = BodyState::kWhole;

    std::optional<std::string_view> header(std::string_view lowerCaseName) const;
};

// The parameters of one FastCGI request, names and values, in the order in which they came. Views: what they are of
// must outlive this.
using CgiParameters = std::vector<std::pair<std::string_view, std::string_view>>;

// Reads the parameters that nginx/claviger_params names. The client can set none but HTTP_… and CONTENT_….
// A missing request id is made here; a missing one of the others is an empty text. Of a repeated header all values
// count, joined by commas (cookies by semicolons), as RFC 9110, section 5.3 says: nobody can hide one credential behind
// another. Of another repeated parameter the first counts, which nginx/claviger_params has set.
Request parseCgi(const CgiParameters&, std::string body, BodyState);

}  // namespace claviger::fcgi

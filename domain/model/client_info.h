#pragma once

#include <string>
#include <string_view>

namespace claviger::domain {

// The client that presents a key.
struct ClientInfo {
    std::string address;    // as nginx saw it
    std::string userAgent;  // the result of userAgentOf() for its User-Agent header; empty if it sends none

    bool operator==(const ClientInfo&) const = default;
};

// Returns the printable ASCII characters among the first 200 bytes of the header.
std::string userAgentOf(std::string_view header);

// Returns the first product of a User-Agent (RFC 9110, section 10.1.5) without its version: "Zapier", "curl",
// "python-requests". Returns "Browser" for Mozilla, the first product of all browsers. Empty if there is none; at most
// 40 characters.
std::string programOf(std::string_view userAgent);

}  // namespace claviger::domain

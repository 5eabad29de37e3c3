#pragma once

#include <string>
#include <string_view>

namespace claviger::domain {

// Who presents a key.
struct Caller {
    std::string address;    // as nginx saw it
    std::string userAgent;  // what the program calls itself, as userAgentOf() cuts it; empty: it does not say

    bool operator==(const Caller&) const = default;
};

// The header's printable ASCII, its first 200 characters.
std::string userAgentOf(std::string_view header);

// The program that a User-Agent names first (RFC 9110, section 10.1.5), without its version: "Zapier", "curl",
// "python-requests". "Browser" for what calls itself Mozilla, as all of them do. Empty if there is none; at most 40
// characters.
std::string programOf(std::string_view userAgent);

}  // namespace claviger::domain

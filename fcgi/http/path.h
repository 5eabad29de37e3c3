#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claviger::fcgi {

// The segments of a raw path, split on "/" first and then each decoded once, so that an encoded slash stays
// inside its segment. Nothing if the path does not begin with "/" or an escape is broken.
std::optional<std::vector<std::string>> splitPath(std::string_view rawPath);

// What the segments stand for in a pattern such as "/api/api-keys/{id}", one value for each {…}; nothing if
// they do not match.
std::optional<std::vector<std::string>> matchPath(std::string_view pattern, const std::vector<std::string>& segments);

// The longest target of a redirect, in bytes.
constexpr std::size_t kLongestTarget = 2000;

// `target` if it is a path on this host that a browser would not take elsewhere, and not too long; else `fallback`.
std::string pathOnThisHost(const std::string& target, const std::string& fallback);

// Percent-encodes everything but unreserved characters (RFC 3986, section 2.3).
std::string encodeComponent(std::string_view);

}  // namespace claviger::fcgi

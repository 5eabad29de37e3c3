#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claviger::fcgi {

// The segments of a raw path, split on "/" first and then each decoded once, so that an encoded slash stays inside its
// segment. nullopt if the path does not begin with "/" or an escape is broken.
std::optional<std::vector<std::string>> splitPath(std::string_view rawPath);

// Matches the segments against a pattern such as "/api/api-keys/{id}". Returns the segment at each {…}, in order;
// nullopt if they do not match.
std::optional<std::vector<std::string>> matchPath(std::string_view pattern, const std::vector<std::string>& segments);

// The longest target of a redirect, in bytes.
constexpr std::size_t kLongestTarget = 2000;

// Returns `target` if it is a path on this host, no browser would take it to another host, and it has at most
// kLongestTarget bytes. Returns `fallback` if not.
std::string pathOnThisHost(const std::string& target, const std::string& fallback);

// Percent-encodes everything but unreserved characters (RFC 3986, section 2.3).
std::string encodeComponent(std::string_view);

}  // namespace claviger::fcgi

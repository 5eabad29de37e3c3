#include "fcgi/http/path.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>

namespace claviger::fcgi {
namespace {

// The first segment of a path that begins with a slash; removes both from `path`.
std::string_view takeSegment(std::string_view& path) {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

bool isParameter(std::string_view segment) {
    return segment.starts_with('{');
}

}  // namespace

std::optional<std::vector<std::string>> splitPath(std::string_view rawPath) {
    if (!rawPath.starts_with('/')) return std::nullopt;
    std::vector<std::string> segments;
    try {
        while (!rawPath.empty()) {
            std::string segment(takeSegment(rawPath));
            if (segment.find('%') == std::string::npos)
                segments.push_back(std::move(segment));
            else
                Poco::URI::decode(segment, segments.emplace_back());
        }
    } catch (const Poco::SyntaxException&) {
        return std::nullopt;
    }
    return segments;
}

std::optional<std::vector<std::string>> matchPath(std::string_view pattern, const std::vector<std::string>& segments) {
    std::vector<std::string> parameters;
    for (const auto& segment : segments) {
        if (pattern.empty()) return std::nullopt;
        const auto wanted = takeSegment(pattern);
        if (isParameter(wanted))
            parameters.push_back(segment);
        else if (wanted != segment)
            return std::nullopt;
    }
    if (!pattern.empty()) return std::nullopt;
    return parameters;
}

std::string pathOnThisHost(const std::string& target, const std::string& fallback) {
    // Browsers read a backslash as a slash and drop tabs and line breaks, so "/\evil" and "/<TAB>/evil" leave the host.
    const bool leaves =
        !target.starts_with('/') || target.starts_with("//") || std::any_of(target.begin(), target.end(), [](char c) {
            return c == '\\' || static_cast<unsigned char>(c) < 0x21 || c == 0x7f;
        });
    return leaves || target.size() > kLongestTarget ? fallback : target;
}

std::string encodeComponent(std::string_view text) {
    std::string encoded;
    Poco::URI::encode(std::string(text), "!#$&'()*+,/:;=?@[]", encoded);
    return encoded;
}

}  // namespace claviger::fcgi

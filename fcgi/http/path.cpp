#include "fcgi/http/path.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>

namespace claviger::fcgi {
namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        path.remove_prefix(1);  // its slash
        const auto end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

bool isParameter(std::string_view segment) {
    return segment.starts_with('{');
}

}  // namespace

std::optional<std::vector<std::string>> splitPath(std::string_view rawPath) {
    if (!rawPath.starts_with('/')) return std::nullopt;
    std::vector<std::string> segments;
    try {
        for (const auto raw : split(rawPath)) Poco::URI::decode(std::string(raw), segments.emplace_back());
    } catch (const Poco::SyntaxException&) {
        return std::nullopt;
    }
    return segments;
}

std::optional<std::vector<std::string>> matchPath(std::string_view pattern, const std::vector<std::string>& segments) {
    const auto wanted = split(pattern);
    if (wanted.size() != segments.size()) return std::nullopt;
    std::vector<std::string> parameters;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (isParameter(wanted[i]))
            parameters.push_back(segments[i]);
        else if (wanted[i] != segments[i])
            return std::nullopt;
    }
    return parameters;
}

std::string pathOnThisHost(const std::string& target, const std::string& fallback) {
    // Browsers read a backslash as a slash and drop tabs and line breaks, so "/\evil" and "/<TAB>/evil" leave the host.
    const bool leaves =
        !target.starts_with('/') || target.starts_with("//") || std::any_of(target.begin(), target.end(), [](char c) {
            return c == '\\' || static_cast<unsigned char>(c) < 0x21 || c == 0x7f;
        });
    return leaves ? fallback : target;
}

std::string encodeComponent(std::string_view text) {
    std::string encoded;
    Poco::URI::encode(std::string(text), "!#$&'()*+,/:;=?@[]", encoded);
    return encoded;
}

}  // namespace claviger::fcgi

#include "domain/base/utf8.h"

#include <algorithm>
#include <cstdint>

namespace claviger::domain {
namespace {

// Removes one code point from the front of `text` and returns it. Returns nullopt if the bytes are not well-formed.
std::optional<char32_t> takeCodePoint(std::string_view& text) {
    const auto lead = static_cast<std::uint8_t>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || text.size() < length) return std::nullopt;

    auto point = static_cast<char32_t>(length == 1 ? lead : lead & (0x7fU >> length));
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<std::uint8_t>(text[i]);
        if ((byte & 0xc0) != 0x80) return std::nullopt;
        point = point << 6 | (byte & 0x3fU);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (overlong || surrogate || point > 0x10ffff) return std::nullopt;

    text.remove_prefix(length);
    return point;
}

}  // namespace

std::optional<std::u32string> decodeUtf8(std::string_view text) {
    std::u32string points;
    points.reserve(text.size());
    while (!text.empty()) {
        const auto point = takeCodePoint(text);
        if (!point) return std::nullopt;
        points += *point;
    }
    return points;
}

std::string encodeUtf8(std::u32string_view points) {
    std::string text;
    for (const char32_t point : points) {
        if (point < 0x80) {
            text += static_cast<char>(point);
            continue;
        }
        const int tail = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
        text += static_cast<char>((0xff00U >> (tail + 1) & 0xffU) | point >> (6 * tail));
        for (int i = tail - 1; i >= 0; --i) text += static_cast<char>(0x80U | (point >> (6 * i) & 0x3fU));
    }
    return text;
}

bool isWhiteSpace(char32_t c) {
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool isControl(char32_t c) {
    return c <= 0x1f || (c >= 0x7f && c <= 0x9f);
}

std::u32string_view trimWhiteSpace(std::u32string_view text) {
    const auto first = std::find_if_not(text.begin(), text.end(), isWhiteSpace);
    const auto last = std::find_if_not(text.rbegin(), std::make_reverse_iterator(first), isWhiteSpace).base();
    return text.substr(static_cast<std::size_t>(first - text.begin()), static_cast<std::size_t>(last - first));
}

}  // namespace claviger::domain

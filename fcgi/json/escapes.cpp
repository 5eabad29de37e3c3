#include "fcgi/json/escapes.h"

#include <Poco/String.h>

#include <algorithm>

namespace claviger::fcgi {
namespace {

bool isEscapeOf(std::string_view piece, std::string_view digits) {
    return piece.size() >= 6 && piece[0] == '\\' && piece[1] == 'u' &&
           Poco::icompare(std::string(piece.substr(2, digits.size())), std::string(digits)) == 0;
}

bool isSurrogate(std::string_view piece) {
    return isEscapeOf(piece, "d") && piece[3] >= '8';
}

}  // namespace

bool holdsNul(std::string_view json) {
    for (; !json.empty(); json.remove_prefix(std::min<std::size_t>(json.size(), json.front() == '\\' ? 2 : 1)))
        if (json.front() == '\0' || isEscapeOf(json, "0000")) return true;
    return false;
}

std::string withoutBadCharacters(std::string_view json) {
    std::string text;
    while (!json.empty()) {
        const bool bad = isSurrogate(json) || isEscapeOf(json, "0000");
        const std::size_t length = bad ? 6 : json.front() == '\\' ? 2 : 1;
        const auto piece = json.substr(0, length);
        text += bad || static_cast<unsigned char>(piece.front()) >= 0x80 ? std::string_view("?") : piece;
        json.remove_prefix(piece.size());
    }
    return text;
}

}  // namespace claviger::fcgi

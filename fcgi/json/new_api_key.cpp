#include "fcgi/json/new_api_key.h"

#include <Poco/Net/MediaType.h>
#include <Poco/String.h>

#include <algorithm>

#include "fcgi/json/named_object.h"

namespace claviger::fcgi {
namespace {

bool isEscapeOf(std::string_view piece, std::string_view digits) {
    return piece.size() >= 6 && piece[0] == '\\' && piece[1] == 'u' &&
           Poco::icompare(std::string(piece.substr(2, digits.size())), std::string(digits)) == 0;
}

bool isSurrogate(std::string_view piece) {
    return isEscapeOf(piece, "d") && piece[3] >= '8';
}

// The same text, with "?" in place of every byte and escape that may be no character. In UTF-8 none of them belongs to
// the structure of JSON.
std::string withoutBadCharacters(std::string_view body) {
    std::string text;
    while (!body.empty()) {
        const bool bad = isSurrogate(body) || isEscapeOf(body, "0000");
        const std::size_t length = bad ? 6 : body.front() == '\\' ? 2 : 1;
        const auto piece = body.substr(0, length);
        text += bad || static_cast<unsigned char>(piece.front()) >= 0x80 ? std::string_view("?") : piece;
        body.remove_prefix(piece.size());
    }
    return text;
}

// Whether the body holds a NUL. Poco's parser would end a member's name at \u0000, and read the rest of it as the name.
bool holdsNul(std::string_view body) {
    for (; !body.empty(); body.remove_prefix(std::min<std::size_t>(body.size(), body.front() == '\\' ? 2 : 1)))
        if (body.front() == '\0' || isEscapeOf(body, "0000")) return true;
    return false;
}

// Poco's parser refuses a body with bad UTF-8 as a whole. If nothing more is wrong with the body, its name is invalid.
Refusal refusalOfUnreadable(const std::string& body) {
    const auto object = readObject(withoutBadCharacters(body));
    return {object && object->name ? Problem::kNameInvalid : Problem::kInvalidJson};
}

}  // namespace

bool saysJson(const Request& request) {
    const auto type = request.header("content-type");
    if (!type) return false;
    const Poco::Net::MediaType media{std::string(*type)};
    const auto subtype = Poco::toLower(media.getSubType());
    return Poco::icompare(media.getType(), "application") == 0 && (subtype == "json" || subtype.ends_with("+json"));
}

Result<domain::KeyName> parseNewApiKey(const Request& request) {
    if (!saysJson(request)) return Problem::kUnsupportedMediaType;
    const auto body = holdsNul(request.body) ? std::nullopt : readObject(request.body);
    if (!body) return refusalOfUnreadable(request.body);
    if (!body->name) return Problem::kNameRequired;
    auto name = domain::KeyName::parse(*body->name);
    if (!name.ok()) return refusalOf(name.error());
    return std::move(name).value();
}

}  // namespace claviger::fcgi

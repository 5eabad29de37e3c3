#include "fcgi/json/new_api_key.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Net/MediaType.h>
#include <Poco/String.h>

namespace claviger::fcgi {
namespace {

Poco::JSON::Object::Ptr parseObject(const std::string& body) {
    try {
        const auto parsed = Poco::JSON::Parser().parse(body);
        if (parsed.type() == typeid(Poco::JSON::Object::Ptr)) return parsed.extract<Poco::JSON::Object::Ptr>();
    } catch (const Poco::Exception&) {
        // Not JSON: the same refusal as for any other body that is no object.
    }
    return {};
}

bool isSurrogate(std::string_view escape) {
    return escape.size() >= 4 && escape[1] == 'u' && (escape[2] == 'd' || escape[2] == 'D') && escape[3] >= '8';
}

// The same text with every byte and escape that may be no character replaced by a question mark. In UTF-8 none
// of them takes part in the structure of JSON.
std::string withoutBadCharacters(std::string_view body) {
    std::string text;
    while (!body.empty()) {
        const std::size_t length = body.front() != '\\' ? 1 : isSurrogate(body) ? 6 : 2;
        const auto piece = body.substr(0, length);
        const bool doubtful = length == 6 || static_cast<unsigned char>(piece.front()) >= 0x80;
        text += doubtful ? std::string_view("?") : piece;
        body.remove_prefix(piece.size());
    }
    return text;
}

// Poco's parser refuses a body with bad UTF-8 as a whole. If that is all that is wrong with it, the name is.
Refusal refusalOfUnreadable(const std::string& body) {
    const auto object = parseObject(withoutBadCharacters(body));
    return {object && object->get("name").isString() ? Problem::kNameInvalid : Problem::kInvalidJson};
}

}  // namespace

bool saysJson(const Request& request) {
    const auto type = request.header("content-type");
    if (!type) return false;
    const Poco::Net::MediaType media{std::string(*type)};
    const auto subtype = Poco::toLower(media.getSubType());
    return Poco::icompare(media.getType(), "application") == 0 && (subtype == "json" || subtype.ends_with("+json"));
}

std::variant<domain::KeyName, Refusal> parseNewApiKey(const Request& request) {
    if (!saysJson(request)) return Refusal{Problem::kUnsupportedMediaType};
    const auto body = parseObject(request.body);
    if (!body) return refusalOfUnreadable(request.body);

    // Checked by type: a number or a boolean that became a text would be a name that nobody gave.
    const auto given = body->get("name");
    if (!given.isString()) return Refusal{Problem::kNameRequired};
    auto name = domain::KeyName::parse(given.extract<std::string>());
    if (!name.ok()) return refusalOf(name.error());
    return std::move(name).value();
}

}  // namespace claviger::fcgi

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
    if (!body) return Refusal{Problem::kInvalidJson};

    // Checked by type: a number or a boolean that became a text would be a name that nobody gave.
    const auto given = body->get("name");
    if (!given.isString()) return Refusal{Problem::kNameRequired};
    auto name = domain::KeyName::parse(given.extract<std::string>());
    if (!name.ok()) return refusalOf(name.error());
    return std::move(name).value();
}

}  // namespace claviger::fcgi

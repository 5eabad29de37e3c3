#include "fcgi/json/json_body.h"

#include <Poco/Net/MediaType.h>
#include <Poco/String.h>

#include "fcgi/json/escapes.h"

namespace claviger::fcgi {

bool saysJson(const Request& request) {
    const auto type = request.header("content-type");
    if (!type) return false;
    const Poco::Net::MediaType media{std::string(*type)};
    const auto subtype = Poco::toLower(media.getSubType());
    return Poco::icompare(media.getType(), "application") == 0 && (subtype == "json" || subtype.ends_with("+json"));
}

// Poco's parser refuses a body with bad UTF-8 as a whole. The second reading shows whether anything else is wrong.
Result<JsonBody> readJsonBody(const Request& request) {
    if (!saysJson(request)) return Problem::kUnsupportedMediaType;
    if (auto object = JsonObject::parse(request.body)) return JsonBody{std::move(*object), false};
    auto object = JsonObject::parse(withoutBadCharacters(request.body));
    if (!object) return Problem::kInvalidJson;
    return JsonBody{std::move(*object), true};
}

}  // namespace claviger::fcgi

#include "fcgi/json/new_api_key.h"

#include "fcgi/json/json_body.h"

namespace claviger::fcgi {

Result<domain::NewApiKey> parseNewApiKey(const Request& request) {
    const auto body = readJsonBody(request);
    if (!body.ok()) return body.error();
    const auto text = body.value().object.text("name");
    if (body.value().hasBadCharacters) return text ? Problem::kNameInvalid : Problem::kInvalidJson;
    if (!text) return Problem::kNameRequired;
    auto name = domain::KeyName::parse(*text);
    if (!name.ok()) return refusalOf(name.error());
    return domain::NewApiKey{std::move(name).value()};
}

}  // namespace claviger::fcgi

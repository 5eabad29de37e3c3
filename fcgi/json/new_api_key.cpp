#include "fcgi/json/new_api_key.h"

#include "fcgi/json/json_body.h"

namespace claviger::fcgi {
namespace {

Result<domain::KeyExpiry> expiryIn(const JsonObject& object) {
    constexpr auto kMember = "expiresAt";
    if (object.lacks(kMember)) return domain::KeyExpiry();
    const auto text = object.text(kMember);
    if (!text) return Problem::kExpiryInvalid;
    const auto expiry = domain::KeyExpiry::parse(*text);
    if (!expiry.ok()) return refusalOf(expiry.error());
    return expiry.value();
}

}  // namespace

Result<domain::NewApiKey> parseNewApiKey(const Request& request) {
    const auto body = readJsonBody(request);
    if (!body.ok()) return body.error();
    const auto text = body.value().object.text("name");
    if (body.value().hasBadCharacters) return text ? Problem::kNameInvalid : Problem::kInvalidJson;
    if (!text) return Problem::kNameRequired;
    auto name = domain::KeyName::parse(*text);
    if (!name.ok()) return refusalOf(name.error());
    const auto expiry = expiryIn(body.value().object);
    if (!expiry.ok()) return expiry.error();
    return domain::NewApiKey{std::move(name).value(), expiry.value()};
}

}  // namespace claviger::fcgi

#include "fcgi/handlers/key_api.h"

#include "fcgi/json/documents.h"
#include "fcgi/json/json_body.h"
#include "fcgi/json/new_api_key.h"

namespace claviger::fcgi {

Reply listApiKeys(const Services& services, const PersonCall& call) {
    return Response::json(200, listDocument(services.apiKeys.list(call.actor)));
}

Reply createApiKey(const Services& services, const PersonCall& call) {
    const auto wanted = parseNewApiKey(call.request);
    if (!wanted.ok()) return wanted.error();

    const auto issued = services.apiKeys.create(call.actor, wanted.value());
    if (!issued.ok()) return refusalOf(issued.error());
    return Response::json(201, issuedDocument(issued.value())).notBefore(issued.value().effectiveAt);
}

Reply regenerateApiKey(const Services& services, const PersonCall& call) {
    // The body is not read. But with the content type of a form, another site's page could send this request.
    if (call.request.header("content-type") && !saysJson(call.request)) return Refusal{Problem::kUnsupportedMediaType};
    const auto id = domain::ApiKeyId::parse(call.parameters.front());
    if (!id) return Refusal{Problem::kKeyNotFound};

    const auto issued = services.apiKeys.regenerate(call.actor, *id);
    if (!issued.ok()) return refusalOf(issued.error());
    return Response::json(200, issuedDocument(issued.value())).notBefore(issued.value().effectiveAt);
}

}  // namespace claviger::fcgi

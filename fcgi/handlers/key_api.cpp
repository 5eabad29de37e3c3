#include "fcgi/handlers/key_api.h"

#include "fcgi/json/documents.h"
#include "fcgi/json/json_body.h"
#include "fcgi/json/new_api_key.h"

namespace claviger::fcgi {
namespace {

// A request with a body that is not read. With the content type of a form, another site's page could send it.
bool mayBeOfAForm(const Request& request) {
    return request.header("content-type") && !saysJson(request);
}

Reply switchApiKey(const Services& services, const PersonCall& call, domain::ApiKeyService::Switching switching) {
    if (mayBeOfAForm(call.request)) return Refusal{Problem::kUnsupportedMediaType};
    const auto id = domain::ApiKeyId::parse(call.parameters.front());
    if (!id) return Refusal{Problem::kKeyNotFound};

    const auto switched = (services.apiKeys.*switching)(call.actor, *id);
    if (!switched.ok()) return refusalOf(switched.error());
    return Response::json(200, keyDocument(switched.value().key)).notBefore(switched.value().effectiveAt);
}

}  // namespace

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
    if (mayBeOfAForm(call.request)) return Refusal{Problem::kUnsupportedMediaType};
    const auto id = domain::ApiKeyId::parse(call.parameters.front());
    if (!id) return Refusal{Problem::kKeyNotFound};

    const auto issued = services.apiKeys.regenerate(call.actor, *id);
    if (!issued.ok()) return refusalOf(issued.error());
    return Response::json(200, issuedDocument(issued.value())).notBefore(issued.value().effectiveAt);
}

Reply disableApiKey(const Services& services, const PersonCall& call) {
    return switchApiKey(services, call, &domain::ApiKeyService::disable);
}

Reply enableApiKey(const Services& services, const PersonCall& call) {
    return switchApiKey(services, call, &domain::ApiKeyService::enable);
}

}  // namespace claviger::fcgi

#include "fcgi/handlers/api_client_api.h"

#include "fcgi/json/documents.h"

namespace claviger::fcgi {

Reply verifyApiKey(const Services&, const ApiClientCall& call) {
    return Response(204)
        .header("X-Claviger-Tenant", call.bearer.tenant().slug.text())
        .header("X-Claviger-User", call.bearer.user().text())
        .header("X-Claviger-Key-Id", call.bearer.key().text())
        .header("Cache-Control", "no-store");
}

Reply showOwner(const Services& services, const ApiClientCall& call) {
    const auto owner = services.authenticator.describe(call.bearer);
    if (!owner.ok()) return refusalOf(owner.error());
    return Response::json(200, bearerDocument(call.bearer.tenant(), owner.value()));
}

}  // namespace claviger::fcgi

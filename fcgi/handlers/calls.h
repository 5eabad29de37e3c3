#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "domain/doctor/readiness.h"
#include "domain/keys/api_key_service.h"
#include "domain/ports/control/tenant_directory.h"
#include "domain/sign_in/authenticator.h"
#include "domain/sign_in/sign_in_service.h"
#include "fcgi/http/form.h"
#include "fcgi/http/problem.h"
#include "fcgi/http/request.h"
#include "fcgi/http/response.h"
#include "fcgi/views/pages.h"

namespace claviger::fcgi {

// The services that handlers call. References only: the composition owns the services.
struct Services {
    const domain::TenantDirectory& tenants;
    domain::Authenticator& authenticator;
    domain::ApiKeyService& apiKeys;
    domain::SignInService& signIn;
    const domain::secrets::Hasher& hasher;
    const Pages& pages;
    domain::Readiness& readiness;
    const domain::Clock& clock;  // for pages that say how a key stands now
};

// A request with a matched route. The parameter type of a handler decides who may call its route. So a handler can be
// reached only by the callers of that type, and cannot forget the check.
struct Call {
    const Request& request;
    std::vector<std::string> parameters;  // one for each {…} of the route's path
    Fields form;                          // the fields of a form whose token has been checked; empty for other bodies
};

class DeferredReply;

// The result of a handler. The dispatcher gives a refusal the form of its route: problem document, page or guard. It
// turns any std::exception of a handler into a refusal. Several threads call handlers at once.
using Reply = std::variant<Response, Refusal, std::unique_ptr<DeferredReply>>;

// The rest of a handler that waits for an event without occupying a thread; see DeferredAnswer. It keeps no reference
// to the call.
class DeferredReply {
public:
    virtual ~DeferredReply() = default;
    virtual bool isReady() const = 0;  // as DeferredAnswer::isReady()

    // `request` is the one of the call, without its body. Throws what a handler may throw. Returns no further
    // DeferredReply. To be called once.
    virtual Reply finish(const Services&, const Request& request) = 0;
};

// Any client on a tenant's host.
struct VisitorCall : Call {
    const domain::Tenant& tenant;
};

// A signed-in person.
struct PersonCall : Call {
    const domain::Actor& actor;
    const domain::secrets::SessionToken& session;
};

// An API client with an active API key.
struct ApiClientCall : Call {
    const domain::ApiClient& bearer;
};

}  // namespace claviger::fcgi

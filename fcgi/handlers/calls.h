#pragma once

#include <string>
#include <vector>

#include "domain/doctor/readiness.h"
#include "domain/keys/api_key_service.h"
#include "domain/sign_in/authenticator.h"
#include "domain/sign_in/sign_in_service.h"
#include "domain/tenants/tenant_directory.h"
#include "fcgi/http/form.h"
#include "fcgi/http/problem.h"
#include "fcgi/views/pages.h"

namespace claviger::fcgi {

// What the handlers work with. References only: the composition owns what they name.
struct Services {
    const domain::TenantDirectory& tenants;
    domain::Authenticator& authenticator;
    domain::ApiKeyService& apiKeys;
    domain::SignInService& signIn;
    const domain::secrets::Hasher& hasher;
    const Pages& pages;
    domain::Readiness& readiness;
};

// A request that has found its route. Who may call a route is the type of what its handler takes: no handler
// can be reached by anybody else, and none can forget to ask.
struct Call {
    const Request& request;
    std::vector<std::string> parameters;  // one for each {…} of the route's path
    Fields form;                          // of a form's body, its token already checked
};

// Anybody on a tenant's host.
struct VisitorCall : Call {
    const domain::Tenant& tenant;
};

// A signed-in person.
struct PersonCall : Call {
    const domain::Actor& actor;
    const domain::secrets::SessionToken& session;
};

// A program with a living API key.
struct ProgramCall : Call {
    const domain::KeyBearer& bearer;
};

}  // namespace claviger::fcgi

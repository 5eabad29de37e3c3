#pragma once

#include <optional>

#include "domain/model/api_key.h"
#include "domain/model/audit_event.h"
#include "domain/model/tenant.h"
#include "domain/model/user.h"

namespace claviger::domain {

// A signed-in person of exactly one tenant. Holds a reference to the tenant, which must outlive it. Only the
// Authenticator creates one, so holding an Actor is the permission to act.
class Actor {
public:
    const Tenant& tenant() const { return tenant_; }
    const User& user() const { return user_; }
    const RequestOrigin& origin() const { return origin_; }

private:
    friend class Authenticator;
    Actor(const Tenant& tenant, User user, RequestOrigin origin)
        : tenant_(tenant), user_(std::move(user)), origin_(std::move(origin)) {}

    const Tenant& tenant_;
    User user_;
    RequestOrigin origin_;
};

// An API client that presented an active key of a tenant. Holds a reference to the tenant, which must outlive it. It is
// not an Actor: a key cannot create keys.
class ApiClient {
public:
    const Tenant& tenant() const { return tenant_; }
    const UserId& user() const { return active_.user; }
    const ApiKeyId& key() const { return active_.id; }

private:
    friend class Authenticator;
    ApiClient(const Tenant& tenant, ActiveKey active) : tenant_(tenant), active_(active) {}

    const Tenant& tenant_;
    ActiveKey active_;
};

}  // namespace claviger::domain

#pragma once

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

// logIn is deferred until its turn for password hashing comes. The response to logIn or logOut is sent only once the
// session that it ends is revoked on every host.
Reply showLogin(const Services&, const VisitorCall&);  // GET /login
Reply logIn(const Services&, const VisitorCall&);      // POST /login
Reply logOut(const Services&, const PersonCall&);      // POST /logout

// The form token of the login page, which is bound to the visit cookie; empty if the request has no such cookie.
std::string loginFormToken(const domain::secrets::Hasher&, const Request&, const domain::Tenant&);

}  // namespace claviger::fcgi

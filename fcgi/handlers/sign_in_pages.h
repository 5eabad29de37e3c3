#pragma once

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

Reply showLogin(const Services&, const VisitorCall&);  // GET /login
Reply logIn(const Services&, const VisitorCall&);      // POST /login
Reply logOut(const Services&, const PersonCall&);      // POST /logout

// The form token that a visit to the login page is bound to; empty if there is no visit.
std::string loginFormToken(const domain::secrets::Hasher&, const Request&, const domain::Tenant&);

}  // namespace claviger::fcgi

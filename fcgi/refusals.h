#pragma once

#include <string>
#include <string_view>

#include "fcgi/http/problem.h"
#include "fcgi/routes.h"
#include "fcgi/views/pages.h"

namespace claviger::fcgi {

// Where a refusal happened.
struct RefusedAt {
    const Request& request;
    Answers answers;
    std::string allow;         // the methods that the path knows
    std::string_view failure;  // the route's own text for the unexpected, or empty
};

// A refusal in the form of its route: a problem document, a page (without a session: the way to the login
// page), or the 401 or 403 that nginx's auth_request understands. Throws nothing.
Response render(const Refusal&, const RefusedAt&, const Pages&);

}  // namespace claviger::fcgi

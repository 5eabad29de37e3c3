#pragma once

#include <string>
#include <string_view>

#include "fcgi/http/problem.h"
#include "fcgi/routes.h"
#include "fcgi/views/pages.h"

namespace claviger::fcgi {

// The request that was refused, and how its route refuses. The references must outlive this.
struct RefusedAt {
    const Request& request;
    Answers answers;
    std::string allow;         // the methods of all routes with this path
    std::string_view failure;  // the route's own text for an unexpected failure, or empty
};

// The response to a refusal, in the form of its route: a problem document, a page, or the 401 or 403 that nginx's
// auth_request understands. A page without a session redirects to the login page. If the error page cannot be made, the
// response is the status without a body. Throws nothing but std::bad_alloc.
Response render(const Refusal&, const RefusedAt&, const Pages&);

}  // namespace claviger::fcgi

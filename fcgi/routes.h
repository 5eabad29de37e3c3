#pragma once

#include <span>
#include <string_view>
#include <variant>

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

// The form of a route's refusals.
enum class Answers {
    kDocument,  // application/problem+json
    kPage,      // an error page; without a session, a redirect to the login page
    kGuard,     // 401 or 403, the only ones that nginx's auth_request understands
};

// The parameter type of the handler decides who may call the route. A row without a handler does not compile.
using ForAnyone = Reply (*)(const Services&, const Call&);
using ForVisitor = Reply (*)(const Services&, const VisitorCall&);
using ForPerson = Reply (*)(const Services&, const PersonCall&);
using ForApiClient = Reply (*)(const Services&, const ApiClientCall&);
using Handler = std::variant<ForAnyone, ForVisitor, ForPerson, ForApiClient>;

// Selects the requests of a route that are logged.
enum class Logged {
    kAll,
    kRefusals,  // not the successes, which are too frequent; nginx's access log has them
};

struct Route {
    std::string_view method;
    std::string_view path;
    Answers answers;
    Handler handler;
    std::string_view failure = "Internal error";  // the public text of an unexpected failure
    Logged logged = Logged::kAll;
};

// All routes of this service, in static storage.
std::span<const Route> routes();

}  // namespace claviger::fcgi

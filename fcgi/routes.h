#pragma once

#include <span>
#include <string_view>
#include <variant>

#include "fcgi/handlers/calls.h"

namespace claviger::fcgi {

// How a route's refusals look.
enum class Answers {
    kDocument,  // application/problem+json
    kPage,      // an error page; without a session, the way to the login page
    kGuard,     // for nginx's auth_request, which knows 401 and 403 alone
};

// The parameter of the handler says who may call the route; there is no row without it.
using ForAnyone = Reply (*)(const Services&, const Call&);
using ForVisitor = Reply (*)(const Services&, const VisitorCall&);
using ForPerson = Reply (*)(const Services&, const PersonCall&);
using ForProgram = Reply (*)(const Services&, const ProgramCall&);
using Handler = std::variant<ForAnyone, ForVisitor, ForPerson, ForProgram>;

// Which of a route's requests the log tells of.
enum class Logged {
    kAll,
    kRefusals,  // what goes well is so frequent that nginx's access log must do
};

struct Route {
    std::string_view method;
    std::string_view path;
    Answers answers;
    Handler handler;
    std::string_view failure = "Internal error";  // what the client reads when something unexpected happens
    Logged logged = Logged::kAll;
};

// The table of contents of this service.
std::span<const Route> routes();

}  // namespace claviger::fcgi

#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/base/id.h"
#include "fcgi/http/answer.h"
#include "fcgi/routes.h"

namespace claviger::fcgi {

// The log record of one request. It never holds a secret, a body, a query string or an address. The views are of the
// request and of its route, which must outlive it.
struct RequestRecord {
    std::string_view requestId;
    std::string_view method;
    std::string_view route{};                 // the route's path with its {…}; empty if none matched
    std::string tenant{};                     // the tenant's slug; empty until it is found
    std::optional<domain::ApiKeyId> keyId{};  // of the presented API key, if it is active
    int status = 0;
    double milliseconds = 0;
    std::string cause{};  // the internal cause of a refusal or failure; empty: the response says enough
    std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
};

// Handles every request in one order: match, tenant, authenticate, origin, handle, map errors, log. The parameter type
// of the handler authorizes (fcgi/handlers/calls.h). Thread-safe.
class Dispatcher {
public:
    using Log = std::function<void(const RequestRecord&)>;

    Dispatcher(std::span<const Route>, const Services&, Log);  // all that they refer to must outlive this

    // A deferred answer refers to this, not to the request. Throws nothing but std::bad_alloc.
    Answer operator()(const Request&) const;

private:
    struct Match;
    class Handling;
    class Deferred;

    Match match(const Request&) const;
    Response conclude(Reply, const Request&, const Match&, RequestRecord&) const;

    std::span<const Route> routes_;
    Services services_;
    Log log_;
};

}  // namespace claviger::fcgi

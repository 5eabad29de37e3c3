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

// What the log says of one request: never a secret, a body, a query string or an address. Views: of the request and of
// its route.
struct RequestRecord {
    std::string_view requestId;
    std::string_view method;
    std::string_view route{};                 // the route's path with its {…}; empty if none matched
    std::string tenant{};                     // its slug, once known
    std::optional<domain::ApiKeyId> keyId{};  // of the API key that was presented, if it is alive
    int status = 0;
    double milliseconds = 0;
    std::string cause{};  // why it was refused or failed, where the answer does not say
    std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
};

// The one order in which every request is handled: match, tenant, authenticate, origin, handle, map errors, log.
// Authorization is the type of the handler (fcgi/handlers/calls.h). Thread-safe.
class Dispatcher {
public:
    using Log = std::function<void(const RequestRecord&)>;

    Dispatcher(std::span<const Route>, const Services&, Log);  // what they name must outlive this

    Answer operator()(const Request&) const;  // throws nothing

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

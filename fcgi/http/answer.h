#pragma once

#include <functional>
#include <memory>
#include <variant>

#include "fcgi/http/request.h"
#include "fcgi/http/response.h"

namespace claviger::fcgi {

// An answer that waits for an event without occupying a thread. Destroying it gives up the event. Used by one thread at
// a time.
class DeferredAnswer {
public:
    virtual ~DeferredAnswer() = default;

    // Whether finish() may be called. Never waits, since it is called often; once true it stays true. Throws nothing.
    virtual bool isReady() const = 0;

    // The response; may take long, for example a password hashing. To be called once. Throws nothing but
    // std::bad_alloc.
    virtual Response finish() = 0;
};

using Answer = std::variant<Response, std::unique_ptr<DeferredAnswer>>;

// From request to response. Thread-safe; throws nothing but std::bad_alloc. A deferred answer keeps no reference to the
// request. It must not outlive the application.
using Application = std::function<Answer(const Request&)>;

}  // namespace claviger::fcgi

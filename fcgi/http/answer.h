#pragma once

#include <functional>
#include <memory>
#include <variant>

#include "fcgi/http/request.h"
#include "fcgi/http/response.h"

namespace claviger::fcgi {

// An answer that waits for an event, and no thread with it. Destroying it gives up what it waits for. Used by one
// thread at a time.
class DeferredAnswer {
public:
    virtual ~DeferredAnswer() = default;

    // Whether finish() may be called. Called often: never waits, and once true stays true. Throws nothing.
    virtual bool isReady() const = 0;

    // The answer; may take its time. To be called once. Throws nothing.
    virtual Response finish() = 0;
};

using Answer = std::variant<Response, std::unique_ptr<DeferredAnswer>>;

// From request to answer. Thread-safe; throws nothing. A deferred answer keeps no reference to the request.
using Application = std::function<Answer(const Request&)>;

}  // namespace claviger::fcgi

#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

#include "domain/base/error.h"
#include "fcgi/http/response.h"

namespace claviger::fcgi {

// Everything that this service refuses, as a client can meet it. nginx's own errors are in nginx/.
enum class Problem {
    kUnauthorized,
    kNameRequired,
    kNameTooLong,
    kNameInvalid,
    kNameTaken,
    kKeyLimitReached,
    kTooManyChanges,
    kAlreadyShown,
    kInvalidJson,
    kBadRequest,
    kBodyTooLarge,
    kUnsupportedMediaType,
    kCrossOrigin,
    kKeyNotFound,
    kKeyRequired,
    kInvalidKey,
    kAmbiguousCredentials,
    kKeyInQuery,
    kTenantSuspended,
    kTenantMigrating,
    kSignInRefused,
    kTooManyAttempts,
    kNotFound,
    kMethodNotAllowed,
    kUnavailable,
    kInternal,
};

// What a client reads: the status, the stable code, and the human text.
struct ProblemText {
    int status;
    std::string_view code;
    std::string_view text;
};

const ProblemText& textOf(Problem);

// A refusal on its way to the client, who reads the problem's text and never the `cause`, which is for the log.
struct Refusal {
    Problem problem;
    std::chrono::seconds retryAfter{0};  // 0: says nothing about it
    std::string cause{};
};

// The domain's refusal as a client meets it.
Refusal refusalOf(const domain::Error&);

// What a handler answers. The dispatcher gives a refusal the form of its route: problem document, page or guard.
using Reply = std::variant<Response, Refusal>;

}  // namespace claviger::fcgi

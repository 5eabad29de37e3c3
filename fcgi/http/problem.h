#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "domain/base/error.h"

namespace claviger::fcgi {

// Every refusal of this service that a client can get. nginx's own errors are in nginx/.
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
    kOtherScheme,
    kPageOutdated,
    kSignedInAsAnother,
    kHttpsRequired,
    kKeyNotFound,
    kKeyRequired,
    kInvalidKey,
    kAmbiguousCredentials,
    kKeyInQuery,
    kTenantSuspended,
    kTenantMigrating,
    kSignInRefused,
    kTooManyAttempts,
    kSignInBusy,
    kSignInBudgetUsed,
    kNotFound,
    kMethodNotAllowed,
    kUnavailable,
    kInternal,
};

// The public part of a problem: the status, the stable code, and the human text.
struct ProblemText {
    int status;
    std::string_view code;
    std::string_view text;
};

// In static storage. Throws std::logic_error if the table lacks the problem.
const ProblemText& textOf(Problem);

// A refusal on its way to the client. The client reads the problem's text. `cause` is for the log only.
struct Refusal {
    Problem problem;
    std::chrono::seconds retryAfter{0};  // 0: no Retry-After header
    std::string cause{};
};

// Translates a refusal of the domain; its detail becomes the cause. An operator's refusal becomes kInternal.
Refusal refusalOf(const domain::Error&);

}  // namespace claviger::fcgi

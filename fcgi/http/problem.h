#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "domain/base/result.h"

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
    kExpiryInvalid,
    kKeyLocked,
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
    kKeyExpired,
    kKeyDisabled,
    kAmbiguousCredentials,
    kKeyInQuery,
    kTenantSuspended,
    kTenantMigrating,
    kSignInRefused,
    kTooManyAttempts,
    kSignInBusy,
    kSignInBudgetUsed,
    kNotFound,
    kUnknownHost,
    kMethodNotAllowed,
    kUnavailable,
    kInternal,
    kCount,  // of the problems; none itself
};

// The public part of a problem: the status, the stable code, the human text, and what a client or operator can do.
struct ProblemText {
    Problem problem;
    int status;
    std::string_view code;
    std::string_view text;
    std::string_view remedy;  // for the documentation only
};

// In static storage. `problem` must not be kCount.
const ProblemText& textOf(Problem problem);

// All rows, in the order of the enumerators.
std::span<const ProblemText> allProblems();

// A refusal on its way to the client. The client reads the problem's text. `cause` is for the log only.
struct Refusal {
    using Code = Problem;
    Problem problem;
    std::chrono::seconds retryAfter{0};  // 0: no Retry-After header
    std::string cause{};
};

template <class T>
using Result = domain::Result<T, Refusal>;

// Translates a refusal of the domain; its detail becomes the cause. An operator's refusal becomes kInternal.
Refusal refusalOf(const domain::Error&);

}  // namespace claviger::fcgi

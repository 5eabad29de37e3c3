#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "domain/base/error.h"

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

}  // namespace claviger::fcgi

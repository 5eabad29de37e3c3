#include "fcgi/http/problem.h"

#include <iterator>

#include "domain/model/api_key.h"

namespace claviger::fcgi {
namespace {

using domain::ErrorCode;

// One row for each problem, in the order of the enumerators: a missing or misplaced row does not compile. A test
// compares fcgi/README.md with the rows.
constexpr ProblemText kTexts[] = {
    {Problem::kUnauthorized, 401, "unauthorized", "Unauthorized", "Sign in: there is no session, or it has ended."},
    {Problem::kNameRequired, 400, "name_required", "Name is required", "Send a name that is more than spaces."},
    {Problem::kNameTooLong, 400, "name_too_long", "Name too long", "Send a name of at most 100 characters."},
    {Problem::kNameInvalid, 400, "name_invalid", "Name must be valid text without control characters",
     "Send UTF-8 text without control characters."},
    {Problem::kNameTaken, 400, "name_taken", "An API key with this name already exists",
     "Choose another name, or regenerate that key."},
    {Problem::kKeyLimitReached, 400, "key_limit_reached", "You have 500 of 500 keys",
     "Regenerate a key that is there: a user has no more."},
    {Problem::kTooManyChanges, 429, "too_many_changes",
     "You have created, regenerated or enabled too many keys within an hour: try again later",
     "Wait for the seconds of Retry-After."},
    {Problem::kExpiryInvalid, 400, "expiry_invalid", "The expiry must be a date or a time within the next 100 years",
     "Send a date such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z at least 1 second ahead."},
    {Problem::kKeyLocked, 409, "key_locked", "An operator has disabled this key: only an operator can enable it",
     "Ask the operator of the service. Nothing was changed."},
    {Problem::kAlreadyShown, 409, "already_shown", "This key was already shown",
     "Open the page again. If the key was not copied, regenerate it."},
    {Problem::kInvalidJson, 400, "invalid_json", "The body must be a JSON object",
     "Send one JSON object with the members that the route names."},
    {Problem::kBadRequest, 400, "bad_request", "The request cannot be read",
     "Check the request line, the headers and the length of the body."},
    {Problem::kBodyTooLarge, 413, "body_too_large", "The body must not be larger than 64 KiB", "Send a smaller body."},
    {Problem::kUnsupportedMediaType, 415, "unsupported_media_type", "The body must be application/json",
     "Send Content-Type: application/json."},
    {Problem::kCrossOrigin, 403, "cross_origin", "The request does not come from a page of this site",
     "Send the request from a page of the site itself."},
    {Problem::kOtherScheme, 403, "scheme_mismatch",
     "The page and its server do not agree on https: the site's administrator has to include "
     "claviger_behind_proxy.conf in nginx",
     "Include claviger_behind_proxy.conf (nginx/README.md)."},
    {Problem::kPageOutdated, 403, "page_outdated", "This page is from an earlier sign-in: open it again",
     "Open the page again."},
    {Problem::kSignedInAsAnother, 409, "signed_in_as_another",
     "You are signed in as somebody else now, and nothing was changed",
     "Open the page again: it then shows the new user."},
    {Problem::kHttpsRequired, 403, "https_required", "Sign in over https: over http others can read your password",
     "Use the https address."},
    {Problem::kKeyNotFound, 404, "key_not_found", "API key not found",
     "List the keys again. Keys of other users and tenants, and ended keys, are not found."},
    {Problem::kKeyRequired, 401, "key_required",
     "Send an API key: \"Authorization: Bearer <key>\" or \"X-Api-Key: <key>\"",
     "Send the key in one of the two headers."},
    {Problem::kInvalidKey, 401, "invalid_key", "Invalid API key",
     "Copy the key again, or regenerate it: it is unknown or was replaced."},
    {Problem::kKeyExpired, 401, "key_expired", "This API key has expired",
     "Regenerate the key, and use its new value."},
    {Problem::kKeyDisabled, 401, "key_disabled", "This API key is disabled",
     "Enable the key. If an operator has disabled it, ask the operator."},
    {Problem::kAmbiguousCredentials, 400, "ambiguous_credentials", "Two different API keys were sent: send one",
     "Send one key, in one header."},
    {Problem::kKeyInQuery, 400, "key_in_query",
     "API keys do not belong in a URL: send the key in a header, and regenerate it",
     "Send the key in a header. Regenerate it, since logs keep URLs."},
    {Problem::kTenantSuspended, 403, "tenant_suspended", "This site is suspended", "Ask the operator of the service."},
    {Problem::kTenantMigrating, 503, "tenant_migrating", "This site is being upgraded: try again in a moment",
     "Wait for the seconds of Retry-After."},
    {Problem::kSignInRefused, 401, "sign_in_refused", "The e-mail or the password is wrong",
     "Check both. A user who is not approved gets this answer too."},
    {Problem::kTooManyAttempts, 429, "too_many_attempts", "Too many attempts",
     "Wait for the seconds of Retry-After. `claviger user unlock` ends a lock-out."},
    {Problem::kSignInBusy, 429, "sign_in_busy", "Too many people are signing in at this moment",
     "Wait for the seconds of Retry-After."},
    {Problem::kSignInBudgetUsed, 429, "sign_in_budget_used", "This account has signed in too often",
     "Wait for the seconds of Retry-After."},
    {Problem::kNotFound, 404, "not_found", "Not found", "Check the address and the host name."},
    {Problem::kUnknownHost, 404, "not_found", "Not found", "Check the address and the host name."},
    {Problem::kMethodNotAllowed, 405, "method_not_allowed", "Method not allowed",
     "Use a method that the header Allow names."},
    {Problem::kUnavailable, 503, "unavailable", "The service is not available: try again in a moment",
     "Wait for the seconds of Retry-After. Nothing was changed, or the outcome is not known."},
    {Problem::kInternal, 500, "internal", "Internal error",
     "Report the request id to the operator. The log has the cause."},
};

constexpr bool areInOrder() {
    for (std::size_t i = 0; i < std::size(kTexts); ++i)
        if (kTexts[i].problem != static_cast<Problem>(i)) return false;
    return true;
}
static_assert(std::size(kTexts) == static_cast<std::size_t>(Problem::kCount) && areInOrder());
static_assert(domain::kActiveKeyLimit == 500, "the text of kKeyLimitReached names the limit");

Problem problemOf(ErrorCode code) {
    switch (code) {
        case ErrorCode::kNameRequired:
            return Problem::kNameRequired;
        case ErrorCode::kNameTooLong:
            return Problem::kNameTooLong;
        case ErrorCode::kNameInvalid:
            return Problem::kNameInvalid;
        case ErrorCode::kNameTaken:
            return Problem::kNameTaken;
        case ErrorCode::kKeyLimitReached:
            return Problem::kKeyLimitReached;
        case ErrorCode::kTooManyChanges:
            return Problem::kTooManyChanges;
        case ErrorCode::kExpiryInvalid:
            return Problem::kExpiryInvalid;
        case ErrorCode::kKeyLocked:
            return Problem::kKeyLocked;
        case ErrorCode::kKeyNotFound:
            return Problem::kKeyNotFound;
        case ErrorCode::kAlreadyShown:
            return Problem::kAlreadyShown;
        case ErrorCode::kUnauthorized:
            return Problem::kUnauthorized;
        case ErrorCode::kKeyInvalid:
            return Problem::kInvalidKey;
        case ErrorCode::kKeyExpired:
            return Problem::kKeyExpired;
        case ErrorCode::kKeyDisabled:
            return Problem::kKeyDisabled;
        case ErrorCode::kSignInRefused:
            return Problem::kSignInRefused;
        case ErrorCode::kTooManyAttempts:
            return Problem::kTooManyAttempts;
        case ErrorCode::kSignInBusy:
            return Problem::kSignInBusy;
        case ErrorCode::kSignInBudgetUsed:
            return Problem::kSignInBudgetUsed;
        case ErrorCode::kPepperMissing:
            return Problem::kUnavailable;
        case ErrorCode::kInvalidArgument:
        case ErrorCode::kTenantNotFound:
        case ErrorCode::kTenantTaken:
        case ErrorCode::kHostTaken:
        case ErrorCode::kUserNotFound:
        case ErrorCode::kUserTaken:
        case ErrorCode::kUserNotApproved:
            break;  // operators' refusals: no route calls a method that returns them
    }
    return Problem::kInternal;
}

}  // namespace

const ProblemText& textOf(Problem problem) {
    return kTexts[static_cast<std::size_t>(problem)];
}

std::span<const ProblemText> allProblems() {
    return kTexts;
}

Refusal refusalOf(const domain::Error& error) {
    return {problemOf(error.code), error.retryAfter, error.detail};
}

}  // namespace claviger::fcgi

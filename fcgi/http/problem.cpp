#include "fcgi/http/problem.h"

#include <array>
#include <stdexcept>
#include <utility>

namespace claviger::fcgi {
namespace {

using domain::ErrorCode;

constexpr std::pair<Problem, ProblemText> kTexts[] = {
    {Problem::kUnauthorized, {401, "unauthorized", "Unauthorized"}},
    {Problem::kNameRequired, {400, "name_required", "Name is required"}},
    {Problem::kNameTooLong, {400, "name_too_long", "Name too long"}},
    {Problem::kNameInvalid, {400, "name_invalid", "Name must be valid text without control characters"}},
    {Problem::kNameTaken, {400, "name_taken", "An API key with this name already exists"}},
    {Problem::kKeyLimitReached, {400, "key_limit_reached", "You have 500 of 500 keys"}},
    {Problem::kTooManyChanges,
     {429, "too_many_changes", "You have created or regenerated too many keys within an hour: try again later"}},
    {Problem::kAlreadyShown, {409, "already_shown", "This key was already shown"}},
    {Problem::kInvalidJson, {400, "invalid_json", "The body must be a JSON object"}},
    {Problem::kBadRequest, {400, "bad_request", "The request cannot be read"}},
    {Problem::kBodyTooLarge, {413, "body_too_large", "The body must not be larger than 64 KiB"}},
    {Problem::kUnsupportedMediaType, {415, "unsupported_media_type", "The body must be application/json"}},
    {Problem::kCrossOrigin, {403, "cross_origin", "The request does not come from a page of this site"}},
    {Problem::kOtherScheme,
     {403, "scheme_mismatch",
      "The page and its server do not agree on https: the site's administrator has to include "
      "claviger_behind_proxy.conf in nginx"}},
    {Problem::kPageOutdated, {403, "page_outdated", "This page is from an earlier sign-in: open it again"}},
    {Problem::kSignedInAsAnother,
     {409, "signed_in_as_another", "You are signed in as somebody else now, and nothing was changed"}},
    {Problem::kHttpsRequired, {403, "https_required", "Sign in over https: over http others can read your password"}},
    {Problem::kKeyNotFound, {404, "key_not_found", "API key not found"}},
    {Problem::kKeyRequired,
     {401, "key_required", "Send an API key: \"Authorization: Bearer <key>\" or \"X-Api-Key: <key>\""}},
    {Problem::kInvalidKey, {401, "invalid_key", "Invalid API key"}},
    {Problem::kAmbiguousCredentials, {400, "ambiguous_credentials", "Two different API keys were sent: send one"}},
    {Problem::kKeyInQuery,
     {400, "key_in_query", "API keys do not belong in a URL: send the key in a header, and regenerate it"}},
    {Problem::kTenantSuspended, {403, "tenant_suspended", "This site is suspended"}},
    {Problem::kTenantMigrating, {503, "tenant_migrating", "This site is being upgraded: try again in a moment"}},
    {Problem::kSignInRefused, {401, "sign_in_refused", "The e-mail or the password is wrong"}},
    {Problem::kTooManyAttempts, {429, "too_many_attempts", "Too many attempts"}},
    {Problem::kSignInBusy, {429, "sign_in_busy", "Too many people are signing in at this moment"}},
    {Problem::kSignInBudgetUsed, {429, "sign_in_budget_used", "This account has signed in too often"}},
    {Problem::kNotFound, {404, "not_found", "Not found"}},
    {Problem::kMethodNotAllowed, {405, "method_not_allowed", "Method not allowed"}},
    {Problem::kUnavailable, {503, "unavailable", "The service is not available: try again in a moment"}},
    {Problem::kInternal, {500, "internal", "Internal error"}},
};

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
        case ErrorCode::kKeyNotFound:
            return Problem::kKeyNotFound;
        case ErrorCode::kAlreadyShown:
            return Problem::kAlreadyShown;
        case ErrorCode::kUnauthorized:
            return Problem::kUnauthorized;
        case ErrorCode::kKeyInvalid:
            return Problem::kInvalidKey;
        case ErrorCode::kSignInRefused:
            return Problem::kSignInRefused;
        case ErrorCode::kTooManyAttempts:
            return Problem::kTooManyAttempts;
        case ErrorCode::kSignInBusy:
            return Problem::kSignInBusy;
        case ErrorCode::kSignInBudgetUsed:
            return Problem::kSignInBudgetUsed;
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
    for (const auto& [known, text] : kTexts)
        if (known == problem) return text;
    throw std::logic_error("a problem without a text");
}

Refusal refusalOf(const domain::Error& error) {
    return {problemOf(error.code), error.retryAfter, error.detail};
}

}  // namespace claviger::fcgi

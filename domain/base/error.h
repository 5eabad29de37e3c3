#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

namespace claviger::domain {

// Every refusal that a rule of the domain can return. The client's text for it is chosen outside the domain:
// fcgi/http/problem.cpp has it for API clients and browsers, cli/ for operators.
enum class ErrorCode {
    kNameRequired,      // nothing left of the name after trimming
    kNameTooLong,       // over 100 code points
    kNameInvalid,       // control characters or bad UTF-8
    kNameTaken,         // an active key of this user has the name
    kKeyLimitReached,   // the user has reached the limit on active keys
    kTooManyChanges,    // limits.changes of changes to keys is used up; Error::retryAfter says for how long
    kExpiryInvalid,     // no date or moment, or one that is too near or too far
    kKeyLocked,         // an operator has disabled the key, so its owner may neither enable nor regenerate it
    kKeyNotFound,       // unknown, revoked, another user's or another tenant's: the same result for all four
    kAlreadyShown,      // this form was sent before; its key was shown then
    kUnauthorized,      // no session, or one that has ended or expired
    kKeyInvalid,        // a presented API key that is malformed, unknown or revoked
    kKeyExpired,        // a presented API key that has expired
    kKeyDisabled,       // a presented API key that is disabled
    kSignInRefused,     // wrong e-mail, wrong password, pending or suspended user: the same result for all four
    kTooManyAttempts,   // a budget of failed sign-ins is used up; Error::retryAfter says for how long
    kSignInBudgetUsed,  // the account's budget of successful sign-ins is used up; retryAfter likewise
    kSignInBusy,        // no place in the queue for password hashing; nothing was hashed or counted
    kPepperMissing,     // the password is sealed with a pepper that this host does not have; detail names its version
    kInvalidArgument,   // an operator's value that a parse function refuses; detail names the value and the reason
    kTenantNotFound,
    kTenantTaken,  // the slug exists with other properties
    kHostTaken,    // the host name belongs to another tenant
    kUserNotFound,
    kUserNotApproved,  // a pending or suspended user gets no key, not even from an operator
    kUserTaken,        // the e-mail exists with other properties
};

// A refusal. `detail` is for the log and for operators, and never reaches a client of the service. `retryAfter` is 0
// where no waiting time is known.
struct Error {
    using Code = ErrorCode;
    ErrorCode code;
    std::string detail{};
    std::chrono::seconds retryAfter{0};
};

// The database cannot be reached, refuses the login, or did not answer in time; or the circuit breaker is open. Nothing
// was stored, except where it is OutcomeUnknown.
class StorageUnavailable : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// COMMIT failed, or the connection was lost at COMMIT or right before. The change is either complete or absent, and the
// caller cannot determine which.
class OutcomeUnknown : public StorageUnavailable {
    using StorageUnavailable::StorageUnavailable;
};

}  // namespace claviger::domain

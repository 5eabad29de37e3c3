#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

namespace claviger::domain {

// Every refusal that a rule of the domain can give. What the client reads for it is decided at the edge
// (fcgi/http/problem.cpp for programs and browsers, cli/ for operators), never here.
enum class ErrorCode {
    kNameRequired,      // nothing left of the name after trimming
    kNameTooLong,       // over 100 code points
    kNameInvalid,       // control characters or bad UTF-8
    kNameTaken,         // a live key of this user has the name
    kKeyLimitReached,   // the user holds as many live keys as one may
    kTooManyChanges,    // limits.changes of creates and regenerates is used up; Error::retryAfter says for how long
    kKeyNotFound,       // unknown, dead, another user's or another tenant's: one and the same answer
    kAlreadyShown,      // this form was sent before; the key that it made was shown then
    kUnauthorized,      // no session, or a dead one
    kKeyInvalid,        // a presented API key that is malformed, unknown or dead
    kSignInRefused,     // wrong e-mail, wrong password, pending or suspended user: one and the same answer
    kTooManyAttempts,   // a budget of failed sign-ins is used up; Error::retryAfter says for how long
    kSignInBudgetUsed,  // the account's budget of successful sign-ins is used up; retryAfter likewise
    kSignInBusy,        // no place in the queue for password hashing; nothing was hashed or counted
    kInvalidArgument,   // an operator's value that no parse function takes; detail says which and why
    kTenantNotFound,
    kTenantTaken,  // the slug exists with other properties
    kHostTaken,    // the host name belongs to another tenant
    kUserNotFound,
    kUserNotApproved,  // a pending or suspended user gets no key, from an operator neither
    kUserTaken,        // the e-mail exists with other properties
};

// A refusal. `detail` is for the log and for operators; it never reaches a client of the service.
struct Error {
    ErrorCode code;
    std::string detail{};
    std::chrono::seconds retryAfter{0};
};

// The database cannot be reached or gave no answer in time. Nothing was stored.
class StorageUnavailable : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The connection was lost at COMMIT: the change is either whole or absent, and nobody knows which.
class OutcomeUnknown : public StorageUnavailable {
    using StorageUnavailable::StorageUnavailable;
};

}  // namespace claviger::domain

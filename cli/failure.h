#pragma once

#include <stdexcept>
#include <string>

#include "cli/exit_status.h"
#include "domain/base/error.h"

namespace claviger::cli {

// Why a verb did not do what it was asked, in words for the operator. what() says what went wrong and why.
class Failure : public std::runtime_error {
public:
    Failure(ExitStatus status, std::string code, const std::string& message, std::string next = {})
        : std::runtime_error(message), status_(status), code_(std::move(code)), next_(std::move(next)) {}

    ExitStatus status() const { return status_; }
    const std::string& code() const { return code_; }  // stable, snake_case, for scripts
    const std::string& next() const { return next_; }  // what to do about it; may be empty

private:
    ExitStatus status_;
    std::string code_;
    std::string next_;
};

// An invalid value of an argument.
Failure usageFailure(const std::string& message, std::string next = {});

// A refusal of the domain.
Failure failureOf(const domain::Error&);

// The exception being handled, as the operator should read it. Call it inside a catch block only.
Failure currentFailure();

}  // namespace claviger::cli

#pragma once

#include <stdexcept>
#include <string>

#include "cli/frame/exit_status.h"
#include "domain/base/error.h"

namespace claviger::cli {

// The reason why a verb was not carried out, in words for the operator. what() describes the error and its cause.
class Failure : public std::runtime_error {
public:
    Failure(ExitStatus status, std::string code, const std::string& message, std::string next = {})
        : std::runtime_error(message), status_(status), code_(std::move(code)), next_(std::move(next)) {}

    ExitStatus status() const { return status_; }
    const std::string& code() const { return code_; }  // stable, snake_case, for scripts
    const std::string& next() const { return next_; }  // the next step for the operator; may be empty

private:
    ExitStatus status_;
    std::string code_;
    std::string next_;
};

// Returns the failure for an invalid value of an argument: kUsage, code "usage".
Failure usageFailure(const std::string& message, std::string next = {});

// Returns the failure for a refusal of the domain. An error code that no verb expects gives kFailed, "internal".
Failure failureOf(const domain::Error&);

// Returns the exception being handled as a failure for the operator. Call it only inside a catch block. An exception
// that is no std::exception passes through.
Failure currentFailure();

}  // namespace claviger::cli

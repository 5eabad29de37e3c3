#pragma once

#include <string>
#include <vector>

namespace claviger::domain {

enum class Severity {
    kGood,     // looked at and found as it should be
    kWarning,  // works, but could be better, or could not be looked at
    kSerious,  // does not work, loses data, or opens what should be closed
};

// What an examination of the installation has found, and what to do about it. For operators; holds no secret.
struct Finding {
    Severity severity;
    std::string check;  // stable, snake_case, for scripts
    std::string what;
    std::string mend{};  // empty for what is good
};

using Findings = std::vector<Finding>;

}  // namespace claviger::domain

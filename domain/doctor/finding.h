#pragma once

#include <string>
#include <vector>

namespace claviger::domain {

enum class Severity {
    kGood,     // checked, no problem
    kWarning,  // works, but could be better, or could not be checked
    kSerious,  // does not work, loses data, or allows access that should be closed
};

// One result of a check of the installation, with its fix. For operators. Holds no secret.
struct Finding {
    Severity severity;
    std::string check;  // stable, snake_case, for scripts
    std::string what;
    std::string fix{};  // the fix; empty for kGood
};

using Findings = std::vector<Finding>;

}  // namespace claviger::domain

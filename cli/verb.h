#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "cli/answer.h"
#include "cli/services.h"

namespace claviger::cli {

// What was asked for on the command line, its arguments checked. Throws Failure, and what the services throw.
using Verb = std::function<Answer(Services&)>;

// A group of verbs, such as `claviger tenant`.
CLI::App* addGroup(CLI::App& parent, const std::string& name, const std::string& purpose, const std::string& examples);

// One verb; its help ends with the examples, one a line.
CLI::App* addVerb(CLI::App& parent, const std::string& name, const std::string& purpose, const std::string& examples);

}  // namespace claviger::cli

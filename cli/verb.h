#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "cli/answer.h"
#include "cli/services.h"

namespace claviger::cli {

// What was asked for on the command line, its arguments checked. Throws Failure, and what the services throw.
using Verb = std::function<Answer(Services&)>;

// A group of verbs, such as `claviger tenant`.
CLI::App* addGroup(CLI::App& parent, const std::string& name, const std::string& purpose, const std::string& examples);

// `--dry-run` for a verb that changes something. Whether it is given is known once the arguments are parsed.
std::shared_ptr<bool> addDryRun(CLI::App& verb);

// The verb itself, or with `dryRun` its rehearsal: everything that it does in transactions is rolled back, and the
// answer says so.
Verb rehearsedIf(bool dryRun, Verb);

// The answer of a verb that has changed nothing.
Answer asRehearsal(Answer);

// One verb; its help ends with the examples, one a line.
CLI::App* addVerb(CLI::App& parent, const std::string& name, const std::string& purpose, const std::string& examples);

}  // namespace claviger::cli

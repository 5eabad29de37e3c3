#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "cli/frame/answer.h"
#include "cli/frame/services.h"

namespace claviger::cli {

// The verb of the command line, with its checked arguments. A call runs it. It throws Failure, and what the services
// throw.
using Verb = std::function<Answer(Services&)>;

// Adds a group of verbs, such as `claviger tenant`. One of them must follow the group's name. `parent` owns the group.
CLI::App* addGroup(CLI::App& parent, const std::string& name, const std::string& purpose, const std::string& examples);

// Adds `--dry-run` to a verb that changes something. The value is valid once the arguments are parsed. Keep the pointer
// until then, since the option refers to its value.
std::shared_ptr<bool> addDryRun(CLI::App& verb);

// Returns the verb itself, or with `dryRun` its dry run: all its transactions are rolled back, and the answer says so.
Verb rehearsedIf(bool dryRun, Verb);

// Marks the answer of a verb that has changed nothing: a first line in the text, `"dryRun": true` in the document.
Answer asRehearsal(Answer);

// Adds one verb. Its help ends with the examples, one a line. `parent` owns the verb.
CLI::App* addVerb(CLI::App& parent, const std::string& name, const std::string& purpose, const std::string& examples);

}  // namespace claviger::cli

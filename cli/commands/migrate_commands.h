#pragma once

#include "cli/frame/progress.h"
#include "cli/frame/verb.h"

namespace claviger::cli {

// Defines `claviger migrate` and `claviger migrate status`. Parsing a command line with one of the two sets `chosen`,
// which must outlive the parsing. The stream of the progress must outlive the verb in `chosen`.
void addMigrateCommands(CLI::App&, Verb& chosen, const ProgressOutput&);

}  // namespace claviger::cli

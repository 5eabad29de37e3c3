#pragma once

#include "cli/progress.h"
#include "cli/verb.h"

namespace claviger::cli {

// claviger migrate and claviger migrate status. Sets `chosen` when the command line asks for one of them.
void addMigrateCommands(CLI::App&, Verb& chosen, const ProgressOutput&);

}  // namespace claviger::cli

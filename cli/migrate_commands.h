#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// claviger migrate and claviger migrate status. Sets `chosen` when the command line asks for one of them.
void addMigrateCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// claviger tenant create | list | show | rename | suspend | resume | export | import | drop. Sets `chosen` when the
// command line asks for one of them.
void addTenantCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

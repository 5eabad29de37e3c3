#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// claviger user create | list | approve | suspend | set-password | sign-out. Sets `chosen` when the command line asks
// for one of them.
void addUserCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

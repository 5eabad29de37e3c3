#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// claviger user create | list | approve | suspend | set-password | sign-out | unlock. Sets `chosen` when the command
// line has one of them.
void addUserCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

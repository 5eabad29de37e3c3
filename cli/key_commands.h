#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// claviger key list | create | regenerate | revoke. Sets `chosen` when the command line asks for one of them.
void addKeyCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// claviger apply. Sets `chosen` when the command line asks for it.
void addApplyCommand(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

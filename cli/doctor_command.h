#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// claviger doctor. Sets `chosen` when the command line asks for it.
void addDoctorCommand(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

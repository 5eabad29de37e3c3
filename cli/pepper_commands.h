#pragma once

#include "cli/verb.h"

namespace claviger::cli {

void addPepperCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

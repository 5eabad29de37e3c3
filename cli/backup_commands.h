#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// backup, restore, dead-keys.
void addBackupCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

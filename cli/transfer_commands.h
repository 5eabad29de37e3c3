#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// claviger tenant export | import | drop, in the group `tenant`.
void addTransferCommands(CLI::App& group, Verb& chosen);

}  // namespace claviger::cli

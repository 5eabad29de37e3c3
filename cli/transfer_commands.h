#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// claviger tenant export | import | drop, in the group `tenant`.
void addTransferCommands(CLI::App& group, Verb& chosen);

// `--suspended` of a verb that brings tenants back.
void addSuspendedFlag(CLI::App& verb, bool& suspended);

}  // namespace claviger::cli

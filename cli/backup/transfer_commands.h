#pragma once

#include "cli/frame/verb.h"

namespace claviger::cli {

// Defines `claviger tenant export | import | drop` in the group `tenant`. Parsing a command line with one of these
// verbs sets `chosen`, which must outlive the parsing.
void addTransferCommands(CLI::App& group, Verb& chosen);

// Adds `--suspended` to a verb that brings tenants back. `suspended` must outlive the parsing.
void addSuspendedFlag(CLI::App& verb, bool& suspended);

// Adds to the answer of an import what it means for the sealing of new passwords. kTooEarly makes it partly done.
void addSealing(Answer&, domain::SealingAfterImport);

}  // namespace claviger::cli

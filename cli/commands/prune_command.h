#pragma once

#include "cli/frame/verb.h"

namespace claviger::cli {

// Defines `claviger prune`, which deletes old sessions, audit events and known devices of all tenants. It also deletes
// the sign-in attempts and the rows of the index of keys that no longer count. Parsing a command line with this verb
// sets `chosen`, which must outlive the parsing.
void addPruneCommand(CLI::App& app, Verb& chosen);

}  // namespace claviger::cli

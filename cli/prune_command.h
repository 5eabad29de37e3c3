#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// `claviger prune`: deletes old sessions, audit events and known devices of all tenants.
void addPruneCommand(CLI::App& app, Verb& chosen);

}  // namespace claviger::cli

#pragma once

#include "cli/frame/verb.h"

namespace claviger::cli {

// Defines `claviger tenant create | list | show | rename | suspend | resume | export | import | drop`. Parsing a
// command line with one of these verbs sets `chosen`, which must outlive the parsing.
void addTenantCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

#pragma once

#include "cli/frame/verb.h"

namespace claviger::cli {

// Defines `claviger pepper status | rotate | seal`. Parsing a command line with one of these verbs sets `chosen`, which
// must outlive the parsing.
void addPepperCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

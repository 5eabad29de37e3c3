#pragma once

#include "cli/frame/verb.h"

namespace claviger::cli {

// Defines `claviger key list | create | regenerate | revoke`. Parsing a command line with one of these verbs sets
// `chosen`, which must outlive the parsing.
void addKeyCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

#pragma once

#include "cli/frame/verb.h"

namespace claviger::cli {

// Defines `claviger apply`. Parsing a command line with this verb sets `chosen`, which must outlive the parsing.
void addApplyCommand(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

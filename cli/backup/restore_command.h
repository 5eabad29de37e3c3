#pragma once

#include "cli/frame/verb.h"

namespace claviger::cli {

// Defines `claviger restore`. Parsing a command line with this verb sets `chosen`, which must outlive the parsing.
void addRestoreCommand(CLI::App& app, Verb& chosen);

}  // namespace claviger::cli

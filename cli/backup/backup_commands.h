#pragma once

#include "cli/frame/verb.h"

namespace claviger::cli {

// Defines `claviger backup`, `claviger restore` and `claviger dead-keys`. Parsing a command line with one of these
// verbs sets `chosen`, which must outlive the parsing.
void addBackupCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

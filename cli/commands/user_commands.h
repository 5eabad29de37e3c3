#pragma once

#include "cli/frame/verb.h"

namespace claviger::cli {

// Defines `claviger user create | list | approve | suspend | set-password | sign-out | unlock`. Parsing a command line
// with one of these verbs sets `chosen`, which must outlive the parsing. Parsing `create` and `set-password` reads the
// password from standard input.
void addUserCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

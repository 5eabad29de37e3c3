#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// claviger completion | man, which tell of all other verbs, also of those that are added later. Sets `chosen` when the
// command line asks for one of them.
void addDocumentationCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

#pragma once

#include "cli/frame/verb.h"

namespace claviger::cli {

// Defines `claviger completion`, `claviger man` and `claviger help`. They document all other verbs, also verbs that are
// added after this call. Parsing a command line with one of the three sets `chosen`, which must outlive the parsing.
// The verb in `chosen` reads the app again, which must therefore outlive it.
void addDocumentationCommands(CLI::App&, Verb& chosen);

}  // namespace claviger::cli

#pragma once

#include "cli/verb.h"

namespace claviger::cli {

// Defines `claviger restore`.
void addRestoreCommand(CLI::App& app, Verb& chosen);

}  // namespace claviger::cli

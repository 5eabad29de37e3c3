#pragma once

#include <string>
#include <vector>

#include "cli/frame/command_tree.h"

namespace claviger::cli {

// Returns the manual page claviger(1) as roff text for man(1): every command with its options and examples. The first
// argument is the result of commandsOf(), and must not be empty. Thread-safe.
std::string manualPage(const std::vector<Command>&, const std::string& version);

}  // namespace claviger::cli

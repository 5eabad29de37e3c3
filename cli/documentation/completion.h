#pragma once

#include <string>
#include <vector>

#include "cli/frame/command_tree.h"

namespace claviger::cli {

// Each returns a script that completes the words of `claviger` in its shell: verbs, options, the values of fixed sets,
// files. The script needs neither the tool nor another script when it runs. The argument is the result of commandsOf(),
// and must not be empty. Thread-safe.
std::string bashCompletion(const std::vector<Command>&);
std::string zshCompletion(const std::vector<Command>&);
std::string fishCompletion(const std::vector<Command>&);

}  // namespace claviger::cli

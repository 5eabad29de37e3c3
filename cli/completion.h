#pragma once

#include <string>
#include <vector>

#include "cli/command_tree.h"

namespace claviger::cli {

// Scripts that complete the words of `claviger` in these shells: verbs, options, the values of fixed sets, files. Each
// stands alone: it asks neither the tool nor any other script.
std::string bashCompletion(const std::vector<Command>&);
std::string zshCompletion(const std::vector<Command>&);
std::string fishCompletion(const std::vector<Command>&);

}  // namespace claviger::cli

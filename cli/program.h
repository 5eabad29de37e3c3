#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>

#include "cli/frame/exit_status.h"
#include "cli/frame/services.h"

namespace claviger::cli {

// Makes the services from the configuration in this file. Must not return null.
using ServicesMaker = std::function<std::unique_ptr<Services>(const std::filesystem::path& configuration)>;

// Parses the arguments, runs the verb that they select, and writes its answer to the two streams. Returns the exit
// status. Every failure is written as an answer, so no std::exception leaves it.
ExitStatus runProgram(int count, const char* const* arguments, const ServicesMaker&, std::ostream& out,
                      std::ostream& errors);

}  // namespace claviger::cli

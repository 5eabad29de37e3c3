#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>

#include "cli/exit_status.h"
#include "cli/services.h"

namespace claviger::cli {

// Makes the services from the configuration in this file.
using ServicesMaker = std::function<std::unique_ptr<Services>(const std::filesystem::path& configuration)>;

// The tool from its arguments to its exit status: reads them, runs the one verb they ask for, shows the answer.
// Every failure ends here; nothing is thrown.
ExitStatus runProgram(int count, const char* const* arguments, const ServicesMaker&, std::ostream& out,
                      std::ostream& errors);

}  // namespace claviger::cli

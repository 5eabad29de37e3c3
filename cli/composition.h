#pragma once

#include <filesystem>
#include <memory>

#include "cli/services.h"

namespace claviger::cli {

// The services over the database that the configuration names, with the tool's own account. Neither the
// configuration is read nor the database asked before a service is; what asks for the first one throws
// domain::BadConfiguration.
std::unique_ptr<Services> composeServices(const std::filesystem::path& configuration);

}  // namespace claviger::cli

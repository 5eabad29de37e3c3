#pragma once

#include <filesystem>
#include <memory>

#include "cli/services.h"

namespace claviger::cli {

// The services over the database that the configuration names, with the tool's own account. Throws
// domain::BadConfiguration. The database is not asked before a service is.
std::unique_ptr<Services> composeServices(const std::filesystem::path& configuration);

}  // namespace claviger::cli

#pragma once

#include <filesystem>
#include <memory>

#include "cli/frame/services.h"

namespace claviger::cli {

// Returns the services over the database that the configuration names, with the tool's own account. Never null. Reads
// and connects to nothing: Services says when that happens, and what it throws.
std::unique_ptr<Services> composeServices(const std::filesystem::path& configuration);

}  // namespace claviger::cli

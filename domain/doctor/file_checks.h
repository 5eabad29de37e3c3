#pragma once

#include <filesystem>

#include "domain/configuration/settings.h"
#include "domain/doctor/finding.h"

namespace claviger::domain {

// Checks the files and folders of the settings: that they exist, are readable where necessary, and are closed to other
// accounts where they hold secrets. Checks that the pepper is well-formed, and that the workers' socket exists and is
// closed to other accounts. Changes nothing. Throws nothing: failures are findings.
Findings checkFiles(const Settings&);

// Checks that only the owner and group of a configuration file may change it. The file must have been read before: this
// does not check that it exists.
Finding checkConfiguration(const std::filesystem::path&);

}  // namespace claviger::domain

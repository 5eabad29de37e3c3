#pragma once

#include <filesystem>

#include "domain/configuration/settings.h"
#include "domain/doctor/finding.h"

namespace claviger::domain {

// The files and folders that the settings name: there, readable where they must be, and closed to others where they
// hold secrets; the pepper is whole; the workers' socket is there and closed to strangers. Changes nothing, throws
// nothing.
Findings checkFiles(const Settings&);

// Of a configuration that has been read: nobody but its owner and group may change it.
Finding checkConfiguration(const std::filesystem::path&);

}  // namespace claviger::domain

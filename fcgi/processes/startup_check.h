#pragma once

#include <filesystem>

#include "domain/configuration/settings.h"

namespace claviger::fcgi {

// Loads the configuration with this process's environment. Throws as Settings::load does. If the file is closed to this
// account, the text names the account and the fix.
domain::Settings loadSettings(const std::filesystem::path& configuration);

// Checks what the workers need of this host before any is started: the peppers load, the worker's password can be read,
// both are closed to other accounts, and the folders exist and are accessible. The database need not be reachable.
// Throws std::runtime_error (domain::BadConfiguration) that names the setting and the fix. If a file or folder is
// closed to this account, the text names the account.
void checkStartup(const domain::Settings&);

}  // namespace claviger::fcgi

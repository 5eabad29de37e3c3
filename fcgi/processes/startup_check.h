#pragma once

#include "domain/configuration/settings.h"

namespace claviger::fcgi {

// Checks what the workers need of this host before any is started: the peppers load, the worker's password can be read,
// both are closed to other accounts, and the folders exist and are accessible. The database need not be reachable.
// Throws std::runtime_error (domain::BadConfiguration) that names the setting and the fix.
void checkStartup(const domain::Settings&);

}  // namespace claviger::fcgi

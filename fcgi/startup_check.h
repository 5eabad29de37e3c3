#pragma once

#include "domain/configuration/settings.h"

namespace claviger::fcgi {

// What the workers will need of this host, looked at before anything is started: the peppers load, the worker's
// password can be read, both are closed to other accounts, the folders exist. The database need not be there.
// Throws std::runtime_error (domain::BadConfiguration) naming the setting and what to do.
void checkStartup(const domain::Settings&);

}  // namespace claviger::fcgi

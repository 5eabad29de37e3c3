#pragma once

#include "domain/configuration/settings.h"
#include "domain/doctor/finding.h"

namespace claviger::persistence {

// What the database shows of the installation: the server's settings, the schemas' versions and histories, and what
// each account may do, compared with what it should. Looks with each configured account whose password can be read;
// changes nothing. A server that cannot be reached is a finding.
domain::Findings examineDatabase(const domain::Settings&);

}  // namespace claviger::persistence

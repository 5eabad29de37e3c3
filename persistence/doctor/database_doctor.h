#pragma once

#include "domain/configuration/settings.h"
#include "domain/doctor/finding.h"

namespace claviger::persistence {

// Checks the installation's database: the server's settings, the schemas' versions and histories, and the rights of
// each account. Uses each configured account whose password can be read. Changes nothing. A server that cannot be
// reached is a finding. Throws domain::StorageUnavailable if a connection is lost during the checks, and DatabaseError
// if the server refuses a query.
domain::Findings examineDatabase(const domain::Settings&);

}  // namespace claviger::persistence

#pragma once

#include "domain/configuration/settings.h"
#include "domain/doctor/finding.h"
#include "persistence/connection/connection.h"

namespace claviger::persistence {

// Compares the peppers of this host with those that the database is used with. No finding if the peppers cannot be
// read, or if no worker of this release has run: other checks report the first. Throws domain::StorageUnavailable.
domain::Findings checkRecordedPeppers(const domain::Settings&, Connection& tool);

}  // namespace claviger::persistence

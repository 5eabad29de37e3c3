#pragma once

#include <vector>

#include "domain/configuration/settings.h"
#include "domain/doctor/finding.h"
#include "domain/model/tenant.h"
#include "persistence/connection/connections.h"

namespace claviger::persistence {

// Checks that the pepper of every active key and sealed password is configured, and that each pepper is needed. If
// passwords are sealed, checks that all of them are, that new ones will be, and that every host opens them. Names the
// first tenant that cannot be read. Returns no finding if the peppers cannot be read: the checks of the files report
// that. Throws domain::StorageUnavailable.
domain::Findings checkPeppers(const domain::Settings&, Connections& tool, const std::vector<domain::Tenant>&);

}  // namespace claviger::persistence

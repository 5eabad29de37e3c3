#pragma once

#include <vector>

#include "domain/configuration/settings.h"
#include "domain/doctor/finding.h"
#include "domain/tenants/tenant.h"
#include "persistence/connection/connection.h"

namespace claviger::persistence {

// Whether the pepper of every living key and sealed password is configured, and each pepper is needed. Where passwords
// are sealed, whether all of them are, and whether every host opens them. A tenant that cannot be read is named.
// Nothing where the peppers cannot be read: the checks of the files report that.
domain::Findings checkPeppers(const domain::Settings&, Connection& tool, const std::vector<domain::Tenant>&);

}  // namespace claviger::persistence

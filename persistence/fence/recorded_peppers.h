#pragma once

#include <optional>

#include "domain/ports/control/tenant_archive.h"
#include "persistence/connection/connection.h"

namespace claviger::persistence {

// Returns the fingerprint of each pepper version that workers have run with, on any host: the table claviger.peppers.
// Throws what Connection::query throws.
domain::PepperFingerprints recordedPeppers(Connection&);

// The first version that both have, with different fingerprints; nullopt if there is none.
std::optional<int> differingPepper(const domain::PepperFingerprints& own, const domain::PepperFingerprints& recorded);

// Records the fingerprints of versions that are not recorded yet. After that it throws std::runtime_error, with the
// remedy, if a version is recorded with another fingerprint. Throws what Connection::execute throws.
void recordPeppers(Connection&, const domain::PepperFingerprints& own);

}  // namespace claviger::persistence

#pragma once

namespace claviger::domain {

// The migration that a tenant's schema must have seen for this code to work on it: the number of the last file
// in migrations/tenant/. A tenant that is behind is refused alone, the others serve on.
constexpr int kTenantSchemaVersion = 17;

}  // namespace claviger::domain

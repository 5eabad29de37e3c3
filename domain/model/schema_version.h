#pragma once

namespace claviger::domain {

// The migration that a tenant's schema must have for this code to use it: the number of the last file in
// migrations/tenant/, which the build reads. Requests of a tenant that is behind are refused. Other tenants are not
// affected.
extern const int kTenantSchemaVersion;

}  // namespace claviger::domain

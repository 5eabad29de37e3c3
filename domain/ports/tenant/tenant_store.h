#pragma once

#include "domain/ports/tenant/api_keys.h"
#include "domain/ports/tenant/audit_log.h"
#include "domain/ports/tenant/known_devices.h"
#include "domain/ports/tenant/login_attempts.h"
#include "domain/ports/tenant/sessions.h"
#include "domain/ports/tenant/users.h"

namespace claviger::domain {

// All tables of one tenant, in terms of the domain, within one unit of work. It owns the objects that it returns. They
// are valid only within the unit of work that handed them out (tenant_stores.h), and are not thread-safe. Const methods
// read, the others write. All throw StorageUnavailable.
class TenantStore {
public:
    virtual ~TenantStore() = default;

    virtual Users& users() = 0;
    virtual Sessions& sessions() = 0;
    virtual ApiKeys& apiKeys() = 0;
    virtual AuditLog& audit() = 0;
    virtual LoginAttempts& loginAttempts() = 0;
    virtual KnownDevices& knownDevices() = 0;

    // The same tables for a reader, which may use only their const methods.
    const Users& users() const { return const_cast<TenantStore*>(this)->users(); }
    const Sessions& sessions() const { return const_cast<TenantStore*>(this)->sessions(); }
    const ApiKeys& apiKeys() const { return const_cast<TenantStore*>(this)->apiKeys(); }
    const LoginAttempts& loginAttempts() const { return const_cast<TenantStore*>(this)->loginAttempts(); }
    const KnownDevices& knownDevices() const { return const_cast<TenantStore*>(this)->knownDevices(); }
};

}  // namespace claviger::domain

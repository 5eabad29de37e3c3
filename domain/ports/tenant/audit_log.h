#pragma once

#include "domain/model/audit_event.h"

namespace claviger::domain {

// The audit log of one tenant, within one unit of work (tenant_store.h).
class AuditLog {
public:
    virtual ~AuditLog() = default;

    // Adds the event. It is stored if the unit of work commits, and is gone otherwise. Throws
    // StorageUnavailable here or at a later statement of the unit, since it may be sent with that.
    virtual void add(const AuditEvent&) = 0;
};

}  // namespace claviger::domain

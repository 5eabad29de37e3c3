#pragma once

#include "domain/model/audit_event.h"

namespace claviger::domain {

// The audit log of one tenant, within one unit of work (tenant_store.h).
class AuditLog {
public:
    virtual ~AuditLog() = default;
    virtual void add(const AuditEvent&) = 0;
};

}  // namespace claviger::domain

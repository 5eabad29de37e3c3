#pragma once

#include "domain/ports/tenant/audit_log.h"
#include "persistence/tenant/tenant_connection.h"

namespace claviger::persistence {

// The table audit_events of one tenant, within one unit of work. add() is deferred: the next query or COMMIT throws its
// error. For one thread.
class MySqlAuditLog final : public domain::AuditLog {
public:
    // The connection must outlive this.
    explicit MySqlAuditLog(const TenantConnection& connection) : connection_(connection) {}

    void add(const domain::AuditEvent&) override;

private:
    const TenantConnection& connection_;
};

}  // namespace claviger::persistence

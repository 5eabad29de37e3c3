#pragma once

#include "domain/stores/tenant_store.h"
#include "persistence/tenant/tenant_connection.h"

namespace claviger::persistence {

class MySqlAuditLog final : public domain::AuditLog {
public:
    explicit MySqlAuditLog(const TenantConnection& connection) : connection_(connection) {}

    void add(const domain::AuditEvent&) override;

private:
    const TenantConnection& connection_;
};

}  // namespace claviger::persistence

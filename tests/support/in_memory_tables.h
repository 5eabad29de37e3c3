#pragma once

#include "domain/ports/tenant/tenant_store.h"
#include "tests/support/in_memory_stores.h"

namespace claviger::tests {

// The tables over the data of one tenant. The data must outlive this. Not thread-safe.
class InMemoryTables final : public domain::TenantStore {
public:
    explicit InMemoryTables(TenantData& data);
    ~InMemoryTables() override;

    domain::Users& users() override;
    domain::Sessions& sessions() override;
    domain::ApiKeys& apiKeys() override;
    domain::AuditLog& audit() override;
    domain::LoginAttempts& loginAttempts() override;
    domain::KnownDevices& knownDevices() override;

    // The refusal of a change, which is that of the transaction.
    const std::optional<domain::ErrorCode>& refusal() const;

private:
    struct Tables;
    std::unique_ptr<Tables> tables_;
};

}  // namespace claviger::tests

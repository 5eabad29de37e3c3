#pragma once

#include "domain/stores/tenant_store.h"
#include "persistence/tenant/tenant_connection.h"

namespace claviger::persistence {

class MySqlLoginAttempts final : public domain::LoginAttempts {
public:
    explicit MySqlLoginAttempts(const TenantConnection& connection) : connection_(connection) {}

    std::optional<domain::Timestamp> nthNewest(const domain::secrets::BudgetHash&, std::size_t n,
                                               domain::Timestamp since) const override;
    void add(const domain::secrets::BudgetHash&, domain::Timestamp) override;
    void forgetBefore(domain::Timestamp) override;

private:
    const TenantConnection& connection_;
};

}  // namespace claviger::persistence

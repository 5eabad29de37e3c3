#pragma once

#include "domain/stores/tenant_store.h"
#include "persistence/tenant/tenant_connection.h"

namespace claviger::persistence {

class MySqlUsers final : public domain::Users {
public:
    explicit MySqlUsers(const TenantConnection& connection) : connection_(connection) {}

    std::optional<domain::Account> findByEmail(const domain::Email&) const override;
    std::vector<domain::User> list() const override;
    std::vector<domain::secrets::PasswordCost> passwordCosts() const override;
    domain::Result<void> add(const domain::Account&) override;
    void setStatus(const domain::UserId&, domain::UserStatus) override;
    void setPassword(const domain::UserId&, const domain::secrets::PasswordHash&) override;
    bool lockApproved(const domain::UserId&) override;

private:
    const TenantConnection& connection_;
};

}  // namespace claviger::persistence

#pragma once

#include "domain/ports/tenant/users.h"
#include "persistence/tenant/tenant_connection.h"

namespace claviger::persistence {

// The table users of one tenant, within one unit of work. setStatus() calls invalidate() (tenant_connection.h). For one
// thread.
class MySqlUsers final : public domain::Users {
public:
    // The connection must outlive this.
    explicit MySqlUsers(const TenantConnection& connection) : connection_(connection) {}

    std::optional<domain::Account> findByEmail(const domain::Email&) const override;
    std::vector<domain::User> list() const override;
    PasswordKinds passwordKinds() const override;
    domain::Result<void> add(const domain::Account&) override;
    void setStatus(const domain::UserId&, domain::UserStatus) override;
    void setPassword(const domain::UserId&, const domain::secrets::PasswordHash&) override;
    std::vector<StoredPassword> passwordsNotSealedWith(int pepperVersion, const std::optional<domain::UserId>& after,
                                                       std::size_t most) const override;
    bool replacePassword(const StoredPassword&, const domain::secrets::PasswordHash& to) override;
    std::map<int, std::size_t> countPasswordsByPepper() const override;
    bool lockApproved(const domain::UserId&) override;

private:
    const TenantConnection& connection_;
};

}  // namespace claviger::persistence

#pragma once

#include "domain/ports/tenant/login_attempts.h"
#include "persistence/tenant/tenant_connection.h"

namespace claviger::persistence {

// The table login_attempts of one tenant, within one unit of work. Every refusal by the server but Deadlock is thrown
// as domain::StorageUnavailable. For one thread.
class MySqlLoginAttempts final : public domain::LoginAttempts {
public:
    // The connection must outlive this.
    explicit MySqlLoginAttempts(const TenantConnection& connection) : connection_(connection) {}

    std::optional<domain::Timestamp> nthNewest(const domain::secrets::BudgetHash&, std::size_t n,
                                               const domain::Period&) const override;
    void add(const domain::secrets::BudgetHash&, domain::Timestamp) override;
    void takeBack(const domain::secrets::BudgetHash&, domain::Timestamp) override;
    std::size_t remove(const domain::secrets::BudgetHash&, domain::Timestamp from) override;
    void clearAway(const domain::Period& kept, std::size_t most) override;

private:
    std::uint64_t execute(Sql, const Values&) const;

    const TenantConnection& connection_;
};

}  // namespace claviger::persistence

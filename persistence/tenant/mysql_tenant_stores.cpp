#include "persistence/tenant/mysql_tenant_stores.h"

#include "persistence/connection/errors.h"
#include "persistence/connection/reading.h"
#include "persistence/tenant/mysql_api_keys.h"
#include "persistence/tenant/mysql_audit_log.h"
#include "persistence/tenant/mysql_known_devices.h"
#include "persistence/tenant/mysql_login_attempts.h"
#include "persistence/tenant/mysql_sessions.h"
#include "persistence/tenant/mysql_users.h"

namespace claviger::persistence {
namespace {

class MySqlTenantStore final : public domain::TenantStore {
public:
    MySqlTenantStore(Connection& connection, const domain::Tenant& tenant, domain::Invalidations& changes,
                     Refusals& refusals)
        : connection_(connection, tenant, changes, refusals) {}

    domain::Users& users() override { return users_; }
    domain::Sessions& sessions() override { return sessions_; }
    domain::ApiKeys& apiKeys() override { return apiKeys_; }
    domain::AuditLog& audit() override { return audit_; }
    domain::LoginAttempts& loginAttempts() override { return loginAttempts_; }
    domain::KnownDevices& knownDevices() override { return knownDevices_; }

private:
    TenantConnection connection_;
    MySqlUsers users_{connection_};
    MySqlSessions sessions_{connection_};
    MySqlApiKeys apiKeys_{connection_};
    MySqlAuditLog audit_{connection_};
    MySqlLoginAttempts loginAttempts_{connection_};
    MySqlKnownDevices knownDevices_{connection_};
};

}  // namespace

domain::Result<domain::EffectiveAt> MySqlTenantStores::runTransaction(
    const domain::Tenant& tenant, const std::function<Ending(domain::TenantStore&)>& work) {
    Refusals refusals;
    try {
        return transactions_.run(roleFor(tenant), [&](Connection& connection, domain::Invalidations& changes) {
            refusals.clear();
            MySqlTenantStore store(connection, tenant, changes, refusals);
            return work(store) == Ending::kCommit ? persistence::Ending::kCommit : persistence::Ending::kRollback;
        });
    } catch (const DuplicateKey& duplicate) {
        const auto refusal = refusals.find(duplicate.index());
        if (refusal == refusals.end()) throw;
        return refusal->second;
    }
}

void MySqlTenantStores::runRead(const domain::Tenant& tenant,
                                const std::function<void(const domain::TenantStore&)>& work) const {
    runReading(connections_, roleFor(tenant), [&](Connection& connection) {
        domain::Invalidations none;
        Refusals noRefusals;
        const MySqlTenantStore store(connection, tenant, none, noRefusals);
        work(store);
    });
}

std::optional<Identifier> MySqlTenantStores::roleFor(const domain::Tenant& tenant) const {
    return connections_.account() == Account::kWorker ? std::optional(Identifier::role(tenant.id)) : std::nullopt;
}

}  // namespace claviger::persistence

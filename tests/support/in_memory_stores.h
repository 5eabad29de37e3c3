#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "domain/stores/tenant_stores.h"
#include "domain/tenants/tenant_directory.h"

namespace claviger::tests {

// All data of one tenant.
struct TenantData {
    struct StoredSession {
        domain::Session session;
        std::optional<domain::Timestamp> endedAt;
        std::int64_t epoch;  // of its user, when it began
    };
    struct StoredKey {
        domain::ApiKey key;
        domain::KeySecret secret;
        std::optional<domain::Timestamp> deletedAt;
    };
    struct Attempt {
        domain::secrets::BudgetHash budget;
        domain::Timestamp at;
    };
    using Device = std::pair<domain::UserId, domain::secrets::DeviceHash>;

    std::map<domain::UserId, domain::Account> accounts;
    std::map<domain::secrets::SessionHash, StoredSession> sessions;
    std::map<domain::UserId, std::int64_t> sessionEpochs;  // where sessions were ended
    std::map<domain::ApiKeyId, StoredKey> keys;
    std::vector<domain::AuditEvent> audit;
    std::vector<Attempt> attempts;
    std::map<Device, domain::Timestamp> devices;  // and when each was last seen
    std::map<domain::UserId, domain::Timestamp> changesWholeAt;
    std::size_t mostUsesAtOnce = 0;  // that were ever recorded
};

// The stores without a database, for tests of the domain; the contract suite holds them to what MySQL does. One
// unit of work at a time; a transaction that is not committed leaves nothing behind. Thread-safe.
class InMemoryStores final : public domain::TenantStores {
public:
    // A tenant's data as it is now.
    TenantData data(const domain::Tenant&) const;

    // From now on every unit of work throws StorageUnavailable, until called again with kReachable.
    enum class Reach { kReachable, kUnreachable };
    void be(Reach);

    // From now on every transaction of the tenant throws StorageUnavailable, until called again with kWritable.
    enum class Writes { kWritable, kReadOnly };
    void be(Writes, const domain::Tenant&);

protected:
    domain::SettledAt runTransaction(const domain::Tenant&,
                                     const std::function<Ending(domain::TenantStore&)>&) override;
    void runRead(const domain::Tenant&, const std::function<void(const domain::TenantStore&)>&) const override;

private:
    void checkReach() const;

    mutable std::mutex mutex_;
    mutable std::map<domain::TenantId, TenantData> tenants_;
    Reach reach_ = Reach::kReachable;
    std::set<domain::TenantId> readOnly_;
};

// Hosts and their tenants. Not thread-safe while a host is added.
class InMemoryDirectory final : public domain::TenantDirectory {
public:
    void add(const domain::HostName& host, const domain::Tenant& tenant) { tenants_.insert_or_assign(host, tenant); }
    domain::SharedTenant findByHost(const domain::HostName&) const override;

private:
    std::map<domain::HostName, domain::Tenant> tenants_;
};

}  // namespace claviger::tests

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "domain/ports/control/tenant_directory.h"
#include "domain/ports/tenant/tenant_stores.h"

namespace claviger::tests {

// All data of one tenant.
struct TenantData {
    struct StoredSession {
        domain::Session session;
        std::optional<domain::Timestamp> endedAt;
        std::int64_t epoch;  // the user's epoch at the sign-in
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
    std::map<domain::UserId, std::int64_t> sessionEpochs;  // of users whose sessions were all ended
    std::map<domain::ApiKeyId, StoredKey> keys;
    std::vector<domain::AuditEvent> audit;
    std::vector<Attempt> attempts;
    std::map<Device, domain::Timestamp> devices;  // and the last use of each
    std::map<domain::UserId, domain::Timestamp> changesWholeAt;
    enum class Part { kNone, kSessions, kLoginAttempts, kClearingAway };
    Part failing = Part::kNone;
    std::size_t mostUsesAtOnce = 0;      // the largest number of uses in one call of recordUses
    std::set<domain::ApiKeyId> toIndex;  // the keys that the last call of recordUses was to add to the index
};

// The stores without a database, for tests of the domain. The contract suite checks that they do what MySQL does. They
// run one unit of work at a time. A transaction that is not committed changes nothing. Thread-safe.
class InMemoryStores final : public domain::TenantStores {
public:
    // A copy of the tenant's data as it is now.
    TenantData data(const domain::Tenant&) const;

    // From now on every unit of work throws StorageUnavailable, until this is called with kReachable.
    enum class Reach { kReachable, kUnreachable };
    void be(Reach);

    // From now on one kind of write of the tenant throws StorageUnavailable: Sessions::add, LoginAttempts::add or
    // LoginAttempts::clearAway. kNone ends that.
    void fail(const domain::Tenant&, TenantData::Part);

    // From now on every transaction of the tenant throws, until this is called with kWritable: StorageUnavailable with
    // kReadOnly, another exception with kGone.
    enum class Writes { kWritable, kReadOnly, kGone };
    void be(Writes, const domain::Tenant&);

protected:
    domain::Result<domain::EffectiveAt> runTransaction(const domain::Tenant&,
                                                       const std::function<Ending(domain::TenantStore&)>&) override;
    void runRead(const domain::Tenant&, const std::function<void(const domain::TenantStore&)>&) const override;

private:
    void checkReach() const;

    mutable std::mutex mutex_;
    mutable std::map<domain::TenantId, TenantData> tenants_;
    Reach reach_ = Reach::kReachable;
    std::set<domain::TenantId> readOnly_, gone_;
};

// Maps hosts to tenants. Thread-safe, except while a host is added.
class InMemoryDirectory final : public domain::TenantDirectory {
public:
    void add(const domain::HostName& host, const domain::Tenant& tenant) { tenants_.insert_or_assign(host, tenant); }
    domain::SharedTenant findByHost(const domain::HostName&) const override;
    bool isOpen(const domain::TenantId& tenant) const override { return !closed_.contains(tenant); }
    std::vector<domain::HostedTenant> list(std::size_t most) const override;
    void close(const domain::TenantId& tenant) { closed_.insert(tenant); }  // for isOpen()

private:
    std::map<domain::HostName, domain::Tenant> tenants_;
    std::set<domain::TenantId> closed_;
};

}  // namespace claviger::tests

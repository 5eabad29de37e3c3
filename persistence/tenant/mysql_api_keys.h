#pragma once

#include "domain/ports/tenant/api_keys.h"
#include "persistence/tenant/tenant_connection.h"

namespace claviger::persistence {

// The table api_keys of one tenant, within one unit of work. setChangesWholeAt(), add(), addNext(), end() and
// setDisabled() are deferred: the next query or COMMIT throws their errors. end() also adds the key to
// claviger.dead_keys. For one thread.
class MySqlApiKeys final : public domain::ApiKeys {
public:
    // The connection must outlive this.
    explicit MySqlApiKeys(const TenantConnection& connection) : connection_(connection) {}

    std::vector<std::optional<domain::OwnedKeys>> listActive(const std::vector<domain::UserId>&) const override;
    std::vector<domain::KeyOwner> listAllActive() const override;
    std::optional<domain::ApiKey> findActiveByOnce(const domain::secrets::OnceHash&) const override;
    std::vector<domain::KeyByHash> findByHash(const std::vector<domain::KeyHashes>&) const override;

    std::optional<domain::LockedUser> lockUser(const domain::UserId&) override;
    domain::LockedKey lock(const domain::UserId&, const domain::ApiKeyId&) override;
    void setChangesWholeAt(const domain::UserId&, domain::Timestamp) override;
    bool isUsed(const domain::secrets::OnceHash&) const override;

    void add(const domain::ApiKey&, const domain::KeySecret&) override;
    void addNext(const domain::ApiKey&, const domain::KeySecret&) override;
    std::optional<domain::StoredKey> find(const domain::ApiKeyId&) const override;
    void end(const domain::ApiKeyId&, const domain::LockedKey::Active&, domain::Timestamp now) override;
    void setDisabled(const domain::ApiKeyId&, const std::optional<domain::KeyDisabling>&) override;
    void endAgain(const domain::ApiKeyId&) override;
    std::map<int, std::size_t> countActiveByPepper() const override;
    void recordUses(const std::vector<Use>&) override;

private:
    void addToIndex(const Tuples& keys);

    const TenantConnection& connection_;
};

}  // namespace claviger::persistence

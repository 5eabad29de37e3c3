#pragma once

#include <functional>

#include "domain/ports/control/tenant_archive.h"
#include "persistence/connection/transactions.h"
#include "persistence/control/mysql_tenant_schemas.h"

namespace claviger::persistence {

// Exports, imports and drops whole tenants, with the tool's account. Long statements have a time-out of one hour.
// Thread-safe.
class MySqlTenantArchive final : public domain::TenantArchive {
public:
    // References must outlive this.
    MySqlTenantArchive(Connections& connections, Transactions& transactions, const Migrator& migrator,
                       const MySqlTenantSchemas& schemas)
        : connections_(connections), transactions_(transactions), migrator_(migrator), schemas_(schemas) {}

    domain::Timestamp now() const override;
    void readDead(const std::optional<domain::Timestamp>& since, domain::ArchiveSink&) override;
    void loadDead(const std::vector<domain::ArchiveCells>&) override;
    domain::DeadKeys deadKeysOf(const domain::TenantId&) const override;
    std::set<std::string> tableNames(const domain::Tenant&) const override;
    std::unique_ptr<domain::TransferHold> hold(const domain::TenantId&) override;
    void read(const domain::Tenant&, domain::ArchiveSink&) override;
    std::optional<domain::TransferMark> findMark(const domain::TenantId&) const override;
    void markDrop(const domain::Tenant&, const std::string& file, domain::Timestamp now) override;
    void destroy(const domain::Tenant&) override;
    domain::Result<void> begin(const domain::ArchiveHead&, domain::Timestamp now) override;
    std::vector<domain::ArchiveTable> makeTables(const domain::Tenant&, int version) override;
    void load(const domain::Tenant&, const domain::ArchiveTable&, const std::vector<domain::ArchiveCells>&) override;
    std::vector<domain::ApiKeyId> open(const domain::Tenant&) override;

private:
    void changeRevocationState(const domain::TenantId&, const std::function<void(Connection&)>& work);

    Connections& connections_;
    Transactions& transactions_;
    const Migrator& migrator_;
    const MySqlTenantSchemas& schemas_;
};

}  // namespace claviger::persistence

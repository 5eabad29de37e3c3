#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/ports/control/migration_failures.h"
#include "domain/ports/control/migrations.h"
#include "domain/ports/control/tenant_registry.h"
#include "domain/ports/control/tenant_schemas.h"

namespace claviger::tests {

// The control schema without a database.
class FakeRegistry final : public domain::TenantRegistry {
public:
    std::vector<domain::Tenant> list() const override {
        std::vector<domain::Tenant> all;
        for (const auto& [slug, tenant] : tenants) all.push_back(tenant);
        return all;
    }

    std::optional<domain::Tenant> findById(const domain::TenantId& id) const override {
        return findIf([&](const auto& tenant) { return tenant.id == id; });
    }

    std::optional<domain::Tenant> findBySchema(const domain::SchemaName& schema) const override {
        return findIf([&](const auto& tenant) { return tenant.schema.text() == schema.text(); });
    }

    std::optional<domain::Tenant> findBySlug(const domain::TenantSlug& slug) const override {
        return findIf([&](const auto& tenant) { return tenant.slug == slug; });
    }

    std::optional<domain::Tenant> findByHost(const domain::HostName& host) const override {
        const auto found = owners.find(host);
        return found == owners.end() ? std::nullopt : findById(found->second);
    }

    std::vector<domain::HostName> hostsOf(const domain::TenantId& id) const override {
        std::vector<domain::HostName> all;
        for (const auto& [host, owner] : owners)
            if (owner == id) all.push_back(host);
        return all;
    }

    std::map<domain::TenantId, std::vector<domain::HostName>> hosts() const override {
        std::map<domain::TenantId, std::vector<domain::HostName>> all;
        for (const auto& [host, owner] : owners) all[owner].push_back(host);
        return all;
    }

    bool hasSchema(const domain::SchemaName& schema) const override {
        return foreignSchema == schema.text() || std::any_of(tenants.begin(), tenants.end(), [&](const auto& entry) {
                   return entry.second.schema.text() == schema.text();
               });
    }

    domain::Result<void> add(const domain::Tenant& tenant, const domain::HostName& host,
                             domain::Timestamp now) override {
        for (const auto& [slug, other] : tenants)
            if (other.schema.text() == tenant.schema.text()) return domain::ErrorCode::kTenantTaken;
        if (hasSchema(tenant.schema)) return domain::ownerlessSchema(tenant.schema);
        if (auto added = addHost(tenant.id, host, now); !added.ok()) return added;
        tenants.emplace(tenant.slug, tenant);
        return {};
    }

    domain::Result<void> addHost(const domain::TenantId& id, const domain::HostName& host, domain::Timestamp) override {
        ++hostWrites;
        const auto [place, added] = owners.emplace(host, id);
        if (!added && place->second != id) return domain::ErrorCode::kHostTaken;
        return {};
    }

    void setStatus(const domain::TenantId& id, domain::TenantStatus status) override {
        for (auto& [slug, tenant] : tenants)
            if (tenant.id == id) tenant.status = status;
    }

    domain::Result<void> rename(const domain::TenantId& id, const domain::TenantSlug& slug,
                                const std::string& name) override {
        const auto taken = tenants.find(slug);
        if (taken != tenants.end() && taken->second.id != id) return domain::ErrorCode::kTenantTaken;
        for (const auto& [old, tenant] : std::map(tenants)) {
            if (tenant.id != id) continue;
            auto renamed = tenant;
            renamed.slug = slug;
            renamed.name = name;
            tenants.erase(old);
            tenants.emplace(slug, renamed);
        }
        return {};
    }

    std::map<domain::TenantSlug, domain::Tenant> tenants;
    std::map<domain::HostName, domain::TenantId> owners;
    std::string foreignSchema;  // exists, and belongs to no tenant
    int hostWrites = 0;         // how often a host was stored

private:
    template <class Is>
    std::optional<domain::Tenant> findIf(const Is& is) const {
        for (const auto& [slug, tenant] : tenants)
            if (is(tenant)) return tenant;
        return std::nullopt;
    }
};

// The schemas of the registry's tenants, with kNewest as their last migration, and the stored failures. Bringing up a
// schema can be made to fail.
class FakeSchemas final : public domain::TenantSchemas, public domain::Migrations, public domain::MigrationFailures {
public:
    static constexpr int kNewest = 3;

    explicit FakeSchemas(FakeRegistry& registry) : registry_(registry) {}

    int bringUp(const domain::Tenant& tenant) override {
        const std::lock_guard lock(mutex_);
        asked.push_back(tenant.slug.text());
        refuseUnfit(tenant);
        if (lostAt == tenant.slug.text()) throw domain::StorageUnavailable("the database is gone");
        if (brokenAt == tenant.slug.text()) throw std::runtime_error("migration 0003 is refused");
        return registry_.tenants.at(tenant.slug).schemaVersion = kNewest;
    }

    void refuseUnfit(const domain::Tenant& tenant) const override {
        if (halfDropped == tenant.slug.text()) throw domain::MigrationRefused("its drop was begun and not finished");
        if (lostSchema == tenant.schema.text() && tenant.schemaVersion > 0) throw domain::SchemaLost(tenant);
    }

    std::set<domain::TenantId> lackingPruning(const std::vector<domain::Tenant>& tenants) const override {
        std::set<domain::TenantId> lacking;
        for (const auto& tenant : tenants)
            if (unpruned.contains(tenant.slug.text())) lacking.insert(tenant.id);
        return lacking;
    }
    void grantPruning(const domain::Tenant& tenant) const override {
        const std::lock_guard lock(mutex_);
        granted.push_back(tenant.slug.text());
        if (brokenAt == tenant.slug.text()) throw std::runtime_error("the grant is refused");
    }

    int newestControlVersion() const override { return 2; }
    int newestTenantVersion() const override { return kNewest; }
    int controlVersion() const override { return control; }
    void bringUpControl() override { control = 2; }

    std::vector<domain::PendingMigration> pendingOfControl() const override {
        if (controlEdited) throw domain::MigrationRefused("claviger: migration 0001 was edited");
        return pending(control, 2);
    }
    std::vector<domain::PendingMigration> pendingOf(const domain::SchemaName& schema) const override {
        const std::lock_guard lock(mutex_);
        compared.push_back(schema.text());
        if (edited || editedFor == schema.text())
            throw domain::MigrationRefused(schema.text() + ": migration 0001 was edited");
        if (lostSchema == schema.text()) return pending(0, kNewest);
        for (const auto& [slug, tenant] : registry_.tenants)
            if (tenant.schema.text() == schema.text()) return pending(tenant.schemaVersion, kNewest);
        return pending(0, kNewest);
    }

    std::vector<Failure> all() const override {
        std::vector<Failure> list;
        for (const auto& [tenant, failure] : remembered) list.push_back(failure);
        return list;
    }
    void record(const Failure& failure) override { remembered.insert_or_assign(failure.tenant, failure); }
    void clear(const domain::TenantId& tenant) override { remembered.erase(tenant); }

    std::vector<std::string> asked;             // slugs
    std::set<std::string> unpruned;             // slugs of tenants on which `claviger prune` lacks rights
    mutable std::vector<std::string> granted;   // slugs of tenants on which it was granted them
    mutable std::vector<std::string> compared;  // schemas
    std::string brokenAt, lostAt;               // slugs
    bool edited = false;                        // a file that every schema has seen
    std::string editedFor;                      // the only schema whose history does not fit
    std::string lostSchema;                     // a schema that is gone, in spite of its tenant's version
    std::string halfDropped;                    // a slug
    std::map<domain::TenantId, Failure> remembered;
    int control = 0;
    bool controlEdited = false;  // one of its files

private:
    static std::vector<domain::PendingMigration> pending(int version, int newest) {
        std::vector<domain::PendingMigration> list;
        for (int next = version + 1; next <= newest; ++next)
            list.push_back({"000" + std::to_string(next) + "_change", "DO " + std::to_string(next)});
        return list;
    }

    FakeRegistry& registry_;
    mutable std::mutex mutex_;
};

}  // namespace claviger::tests

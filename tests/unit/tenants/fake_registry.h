#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/tenants/migrations.h"
#include "domain/tenants/tenant_registry.h"

namespace claviger::tests {

// The control schema without a database.
class FakeRegistry final : public domain::TenantRegistry {
public:
    std::vector<domain::Tenant> list() const override {
        std::vector<domain::Tenant> all;
        for (const auto& [slug, tenant] : tenants) all.push_back(tenant);
        return all;
    }

    std::optional<domain::Tenant> findBySlug(const domain::TenantSlug& slug) const override {
        const auto found = tenants.find(slug);
        return found == tenants.end() ? std::nullopt : std::optional(found->second);
    }

    std::vector<domain::HostName> hostsOf(const domain::TenantId& id) const override {
        std::vector<domain::HostName> all;
        for (const auto& [host, owner] : hosts)
            if (owner == id) all.push_back(host);
        return all;
    }

    domain::Result<void> add(const domain::Tenant& tenant, const domain::HostName& host,
                             domain::Timestamp now) override {
        for (const auto& [slug, other] : tenants)
            if (other.schema.text() == tenant.schema.text()) return domain::ErrorCode::kTenantTaken;
        if (auto added = addHost(tenant.id, host, now); !added.ok()) return added;
        tenants.emplace(tenant.slug, tenant);
        return {};
    }

    domain::Result<void> addHost(const domain::TenantId& id, const domain::HostName& host, domain::Timestamp) override {
        const auto [place, added] = hosts.emplace(host, id);
        if (!added && place->second != id) return domain::ErrorCode::kHostTaken;
        return {};
    }

    std::map<domain::TenantSlug, domain::Tenant> tenants;
    std::map<domain::HostName, domain::TenantId> hosts;
};

// The schemas behind it, whose last migration is kNewest. Bringing one up can be made to fail.
class FakeSchemas final : public domain::TenantSchemas, public domain::Migrations {
public:
    static constexpr int kNewest = 3;

    explicit FakeSchemas(FakeRegistry& registry) : registry_(registry) {}

    void bringUp(const domain::Tenant& tenant) override {
        asked.push_back(tenant.slug.text());
        if (lostAt == tenant.slug.text()) throw domain::StorageUnavailable("the database is gone");
        if (brokenAt == tenant.slug.text()) throw std::runtime_error("migration 0003 is refused");
        registry_.tenants.at(tenant.slug).schemaVersion = kNewest;
    }

    int newestControlVersion() const override { return 2; }
    int newestTenantVersion() const override { return kNewest; }
    int controlVersion() const override { return control; }
    void bringUpControl() override { control = 2; }

    std::vector<std::string> asked;  // slugs
    std::string brokenAt, lostAt;
    int control = 0;

private:
    FakeRegistry& registry_;
};

}  // namespace claviger::tests

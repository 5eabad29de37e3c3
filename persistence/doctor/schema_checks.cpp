#include "persistence/doctor/schema_checks.h"

#include <map>

#include "domain/base/parallel.h"
#include "domain/tenants/migration_service.h"
#include "persistence/connection/columns.h"
#include "persistence/doctor/parallelism.h"
#include "persistence/schema/migrator.h"

namespace claviger::persistence {
namespace {

using domain::Finding;
using domain::Findings;
using domain::Severity;
using domain::Tenant;

constexpr Sql kTransfers = "SELECT tenant_id, what FROM claviger.tenant_transfers";

constexpr auto kMigrate = "Run `claviger migrate`.";

Migrator makeMigrator(const domain::Settings& settings, Connections& tool) {
    return {tool, settings.migrationsFolder, settings.database.workerUser, settings.database.pruneUser};
}

// Text about several tenants: the first with its reason, and the number of the others.
struct Counted {
    std::size_t count = 0;
    std::string first;

    void add(const std::string& text) {
        if (count++ == 0) first = text;
    }
    std::string text() const {
        return first + (count > 1 ? ", and " + std::to_string(count - 1) + " more" : std::string());
    }
};

// The tenants whose drop or import was begun and not finished, each with "drop" or "import".
std::map<domain::TenantId, std::string> transfersBegun(Connections& tool) {
    std::map<domain::TenantId, std::string> begun;
    for (auto& [tenant, what] : tool.borrow()->query(kTransfers).map([](const Row& row) {
             return std::pair(idAt<domain::TenantId>(row, 0), row.text(1));
         }))
        begun.emplace(tenant, std::move(what));
    return begun;
}

// The problem of each tenant's history, or an empty text. The histories of tenants that are behind are not compared.
std::vector<std::string> historyProblems(const Migrator& migrator, const std::vector<Tenant>& tenants) {
    std::vector<std::string> problems(tenants.size());
    domain::forEachInParallel(kTenantsAtATime, tenants.size(), [&](std::size_t i) {
        if (tenants[i].schemaVersion >= migrator.newestTenantVersion())
            problems[i] = domain::historyProblem(migrator, tenants[i].schema);
    });
    return problems;
}

}  // namespace

Findings checkControl(const domain::Settings& settings, Connections& tool) {
    const std::string check = "control_schema";
    try {
        const auto migrator = makeMigrator(settings, tool);
        const auto pending = migrator.pendingOfControl();
        if (!pending.empty())
            return {{Severity::kSerious, check,
                     "the control schema lacks " + std::to_string(pending.size()) + " migrations of this release",
                     kMigrate}};
    } catch (const domain::StorageUnavailable&) {
        throw;
    } catch (const std::exception& failure) {
        return {{Severity::kSerious, check, failure.what(), "Restore the files of this release."}};
    }
    return {{Severity::kGood, check, "the control schema is up to date"}};
}

Findings checkTenantSchemas(const domain::Settings& settings, Connections& tool, const std::vector<Tenant>& tenants) {
    if (tenants.empty()) return {};
    const auto migrator = makeMigrator(settings, tool);
    const auto transfers = transfersBegun(tool);
    const auto problems = historyProblems(migrator, tenants);
    Counted transferred, unfinished, behind, unfitting;
    for (std::size_t i = 0; i < tenants.size(); ++i) {
        const auto& tenant = tenants[i];
        const auto& slug = tenant.slug.text();
        if (const auto begun = transfers.find(tenant.id); begun != transfers.end())
            transferred.add(begun->second + " of " + slug);
        else if (tenant.schemaVersion == 0)
            unfinished.add(slug);
        else if (tenant.schemaVersion < migrator.newestTenantVersion())
            behind.add(slug);
        else if (!problems[i].empty())
            unfitting.add(slug + " (" + problems[i] + ")");
    }
    Findings findings;
    const std::string check = "tenant_schemas";
    if (transferred.count > 0)
        findings.push_back({Severity::kSerious, check, "begun and never finished: " + transferred.text(),
                            "Run `claviger tenant drop` or `claviger tenant import` again for them."});
    if (unfinished.count > 0)
        findings.push_back({Severity::kSerious, check, "a `tenant create` was never finished: " + unfinished.text(),
                            "Run it again with the same arguments, or `claviger migrate`."});
    if (behind.count > 0)
        findings.push_back(
            {Severity::kSerious, check, "behind this release and answering 503: " + behind.text(), kMigrate});
    if (unfitting.count > 0)
        findings.push_back({Severity::kSerious, check, "their history is not this release's: " + unfitting.text(),
                            "Restore what is not as it was, files or schemas, or run the release that has migrated "
                            "them."});
    if (findings.empty())
        findings.push_back(
            {Severity::kGood, check, "all " + std::to_string(tenants.size()) + " tenants are up to date"});
    return findings;
}

}  // namespace claviger::persistence

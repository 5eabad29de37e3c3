#include "persistence/doctor/pepper_checks.h"

#include <map>
#include <optional>

#include "domain/secrets/hasher.h"

namespace claviger::persistence {
namespace {

using domain::Finding;
using domain::Severity;

constexpr Sql kCount =
    "SELECT pepper_version, COUNT(*) FROM {schema}.api_keys WHERE deleted_at IS NULL GROUP BY pepper_version";

constexpr auto kCheck = "pepper_of_keys";

std::map<std::int64_t, std::int64_t> countKeys(Connection& tool, const std::vector<domain::Tenant>& tenants) {
    std::map<std::int64_t, std::int64_t> counts;
    for (const auto& tenant : tenants) {
        if (tenant.schemaVersion == 0) continue;
        const auto rows = tool.query(kCount, {}, {{"schema", Identifier::schema(tenant.schema)}});
        for (const auto& [version, keys] :
             rows.map([](const Row& row) { return std::pair(row.integer(0), row.integer(1)); }))
            counts[version] += keys;
    }
    return counts;
}

std::optional<Finding> lostKeys(const domain::secrets::Hasher& hasher, std::map<std::int64_t, std::int64_t> counts) {
    counts.erase(hasher.pepperVersion());
    if (hasher.other() != nullptr) counts.erase(hasher.other()->pepperVersion());
    if (counts.empty()) return std::nullopt;
    std::string versions;
    std::int64_t lost = 0;
    for (const auto& [version, keys] : counts) {
        versions += (versions.empty() ? "" : ", ") + std::to_string(version);
        lost += keys;
    }
    return Finding{Severity::kSerious, kCheck,
                   std::to_string(lost) +
                       " living keys are refused: they are stored with a pepper that is not "
                       "configured, version " +
                       versions,
                   "Bring it back from its backup as pepper.other_file."};
}

}  // namespace

domain::Findings checkPeppers(const domain::Settings& settings, Connection& tool,
                              const std::vector<domain::Tenant>& tenants) {
    try {
        const auto hasher = domain::secrets::Hasher::load(settings.pepperFile, settings.pepperOtherFile);
        const auto counts = countKeys(tool, tenants);
        if (const auto lost = lostKeys(hasher, counts)) return {*lost};
        const auto* const other = hasher.other();
        if (other != nullptr && other->pepperVersion() < hasher.pepperVersion() &&
            !counts.contains(other->pepperVersion()))
            return {{Severity::kWarning, kCheck,
                     "no living key needs the pepper of version " + std::to_string(other->pepperVersion()),
                     "Take pepper.other_file away, 12 hours after the other one took over or later."}};
        return {{Severity::kGood, kCheck, "every living key's pepper is configured"}};
    } catch (const domain::StorageUnavailable&) {
        throw;
    } catch (const std::runtime_error&) {
        return {};
    }
}

}  // namespace claviger::persistence

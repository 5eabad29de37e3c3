#include "persistence/doctor/pepper_checks.h"

#include <map>
#include <optional>

#include "domain/secrets/hasher.h"
#include "domain/tenants/failure_of.h"

namespace claviger::persistence {
namespace {

using domain::Finding;
using domain::Severity;

constexpr Sql kCount =
    "SELECT pepper_version, COUNT(*) FROM {schema}.api_keys WHERE deleted_at IS NULL GROUP BY pepper_version";

constexpr auto kCheck = "pepper_of_keys";

struct Counts {
    std::map<std::int64_t, std::int64_t> keys;  // by the version of their pepper
    std::size_t unread = 0;                     // tenants
    std::string why;                            // of the first of them
};

void countKeysOf(Connection& tool, const domain::Tenant& tenant, Counts& counts) {
    const auto rows = tool.query(kCount, {}, {{"schema", Identifier::schema(tenant.schema)}});
    for (const auto& [version, keys] :
         rows.map([](const Row& row) { return std::pair(row.integer(0), row.integer(1)); }))
        counts.keys[version] += keys;
}

Counts countKeys(Connection& tool, const std::vector<domain::Tenant>& tenants) {
    Counts counts;
    for (const auto& tenant : tenants) {
        if (tenant.schemaVersion == 0) continue;
        const auto why = domain::failureOf([&] { countKeysOf(tool, tenant, counts); });
        if (!why.empty() && counts.unread++ == 0) counts.why = tenant.slug.text() + " (" + why + ")";
    }
    return counts;
}

Finding unreadKeys(const Counts& counts) {
    const auto others = counts.unread > 1 ? ", and " + std::to_string(counts.unread - 1) + " more" : std::string();
    return {Severity::kSerious, kCheck, "the keys of some tenants cannot be read: " + counts.why + others,
            "See what is said of their schemas. Take no pepper away before all can be counted."};
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
        domain::Findings findings;
        if (counts.unread > 0) findings.push_back(unreadKeys(counts));
        if (const auto lost = lostKeys(hasher, counts.keys)) findings.push_back(*lost);
        if (!findings.empty()) return findings;
        const auto* const other = hasher.other();
        if (other != nullptr && other->pepperVersion() < hasher.pepperVersion() &&
            !counts.keys.contains(other->pepperVersion()))
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

#include "persistence/doctor/pepper_checks.h"

#include <map>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>

#include "domain/base/failure_of.h"
#include "domain/base/parallel.h"
#include "domain/secrets/hasher.h"
#include "persistence/connection/errors.h"
#include "persistence/doctor/parallelism.h"
#include "persistence/fence/earlier_hosts.h"

namespace claviger::persistence {
namespace {

using domain::Finding;
using domain::Severity;

// Active keys (1) and passwords (2) by the version of their pepper. The version 0 of a password means not sealed. One
// statement counts both, since many tenants make many round trips.
constexpr Sql kCount =
    "SELECT 1, pepper_version, COUNT(*) FROM {schema}.api_keys WHERE deleted_at IS NULL GROUP BY pepper_version "
    "UNION ALL SELECT 2, CASE WHEN password_hash LIKE '$sealed-argon2id$%' THEN "
    "CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(password_hash, '$', 5), '$', -1) AS SIGNED) ELSE 0 END AS version, COUNT(*) "
    "FROM {schema}.users GROUP BY version";
constexpr Sql kSealing = "SELECT COUNT(*) FROM claviger.password_sealing";

constexpr auto kCheck = "pepper_of_keys";
constexpr auto kSealingCheck = "sealed_passwords";

using ByVersion = std::map<std::int64_t, std::int64_t>;

struct Counts {
    ByVersion keys;             // active keys, by the version of their pepper
    ByVersion passwords;        // sealed passwords, likewise
    std::int64_t unsealed = 0;  // passwords
    std::size_t unread = 0;     // tenants that cannot be read
    std::string why;            // the slug and the reason of the first of them
};

using CountOfTenant = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // kind, version, number

std::vector<CountOfTenant> readCounts(Connection& tool, const domain::Tenant& tenant) {
    return tool.query(kCount, {}, {{"schema", Identifier::schema(tenant.schema)}}).map([](const Row& row) {
        return CountOfTenant(row.integer(0), row.integer(1), row.integer(2));
    });
}

void add(Counts& counts, const std::vector<CountOfTenant>& ofTenant) {
    for (const auto& [kind, version, count] : ofTenant) (kind == 1 ? counts.keys : counts.passwords)[version] += count;
}

Counts countKeys(Connections& tool, const std::vector<domain::Tenant>& tenants) {
    Counts counts;
    std::mutex mutex;
    std::vector<std::string> whys(tenants.size());
    domain::forEachInParallel(kTenantsAtATime, tenants.size(), [&](std::size_t i) {
        if (tenants[i].schemaVersion == 0) return;
        whys[i] = domain::failureOf([&] {
            const auto ofTenant = readCounts(*tool.borrow(), tenants[i]);
            const std::lock_guard lock(mutex);
            add(counts, ofTenant);
        });
    });
    for (std::size_t i = 0; i < tenants.size(); ++i)
        if (!whys[i].empty() && counts.unread++ == 0) counts.why = tenants[i].slug.text() + " (" + whys[i] + ")";
    counts.unsealed = std::exchange(counts.passwords[0], 0);
    counts.passwords.erase(0);
    return counts;
}

Finding unreadKeys(const Counts& counts) {
    const auto others = counts.unread > 1 ? ", and " + std::to_string(counts.unread - 1) + " more" : std::string();
    return {Severity::kSerious, kCheck, "the keys or passwords of some tenants cannot be read: " + counts.why + others,
            "See what is said of their schemas. Take no pepper away before all can be counted."};
}

// The finding about rows that need a pepper that is not configured. nullopt if there are none.
std::optional<Finding> lost(const domain::secrets::Hasher& hasher, ByVersion counts, const std::string& what) {
    counts.erase(hasher.pepperVersion());
    if (hasher.other() != nullptr) counts.erase(hasher.other()->pepperVersion());
    if (counts.empty()) return std::nullopt;
    std::string versions;
    std::int64_t all = 0;
    for (const auto& [version, count] : counts) {
        versions += (versions.empty() ? "" : ", ") + std::to_string(version);
        all += count;
    }
    return Finding{Severity::kSerious, kCheck,
                   std::to_string(all) + what +
                       " are refused: they are stored with a pepper that is not configured, version " + versions,
                   "Bring it back from its backup as pepper.other_file."};
}

// Returns nullopt while sealing is off and no password is sealed, and if nothing is wrong but a tenant was not read.
std::optional<Finding> checkSealing(Connection& tool, const Counts& counts) {
    const bool isOn = tool.query(kSealing)[0].integer(0) > 0;
    if (!isOn && counts.passwords.empty()) return std::nullopt;
    if (const auto hosts = earlierHosts(tool); hosts > 0)
        return Finding{
            Severity::kSerious, kSealingCheck,
            "workers of an earlier release run on " + std::to_string(hosts) + " hosts, where no sealed password opens",
            "Bring those hosts to this release and restart their workers."};
    if (!isOn)
        return Finding{Severity::kWarning, kSealingCheck,
                       "there are sealed passwords, but sealing is off: new passwords are stored unsealed",
                       "Run `claviger pepper seal`: it turns sealing on, and seals those that are not."};
    if (counts.unsealed > 0)
        return Finding{Severity::kWarning, kSealingCheck,
                       std::to_string(counts.unsealed) + " stored passwords are not sealed",
                       "Run `claviger pepper seal` again."};
    if (counts.unread > 0) return std::nullopt;  // another finding names the tenants that could not be read
    return Finding{Severity::kGood, kSealingCheck, "every stored password is sealed"};
}

// Returns nullopt for a control schema of an earlier release: the check of the schemas reports that.
std::optional<Finding> sealingOf(Connection& tool, const Counts& counts) {
    try {
        return checkSealing(tool, counts);
    } catch (const DatabaseError&) {
        return std::nullopt;
    }
}

}  // namespace

domain::Findings checkPeppers(const domain::Settings& settings, Connections& tool,
                              const std::vector<domain::Tenant>& tenants) {
    try {
        const auto hasher = domain::secrets::Hasher::load(settings.pepperFile, settings.pepperOtherFile);
        const auto counts = countKeys(tool, tenants);
        domain::Findings findings;
        if (counts.unread > 0) findings.push_back(unreadKeys(counts));
        if (const auto keys = lost(hasher, counts.keys, " active keys")) findings.push_back(*keys);
        if (const auto passwords = lost(hasher, counts.passwords, " sealed passwords")) findings.push_back(*passwords);
        const auto* const other = hasher.other();
        if (findings.empty() && other != nullptr && other->pepperVersion() < hasher.pepperVersion() &&
            !counts.keys.contains(other->pepperVersion()) && !counts.passwords.contains(other->pepperVersion()))
            findings.push_back({Severity::kWarning, kCheck,
                                "no active key and no sealed password needs the pepper of version " +
                                    std::to_string(other->pepperVersion()),
                                "Take pepper.other_file away, 12 hours after the other one took over or later."});
        if (findings.empty())
            findings.push_back(
                {Severity::kGood, kCheck, "the pepper of every active key and sealed password is configured"});
        if (const auto sealing = sealingOf(*tool.borrow(), counts)) findings.push_back(*sealing);
        return findings;
    } catch (const domain::StorageUnavailable&) {
        throw;
    } catch (const std::runtime_error&) {
        return {};
    }
}

}  // namespace claviger::persistence

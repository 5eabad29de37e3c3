#include "persistence/doctor/rights_checks.h"

#include <optional>
#include <set>

#include "domain/model/schema_version.h"
#include "persistence/connection/errors.h"
#include "persistence/doctor/rights_tables.h"
#include "persistence/schema/grants.h"
#include "persistence/schema/rights.h"

namespace claviger::persistence {
namespace {

using domain::Finding;
using domain::Findings;
using domain::Severity;

constexpr Sql kShowOwn = "SHOW GRANTS";
constexpr Sql kShowRole = "SHOW GRANTS FOR CURRENT_ROLE";

constexpr Sql kTakeableRoles = "SELECT role_name FROM information_schema.applicable_roles";

constexpr std::size_t kNamed = 5;  // how many tenants are named; the rest is counted

// The rights that accounts.sql grants. The tool may drop a tenant's schema, but not the control schema.
const Rights kToolRights = {
    {"*.*", {"CREATE USER"}},
    {"claviger.*", {"SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "INDEX", "GRANT OPTION"}},
    {"claviger\\_t\\_%.*",
     {"SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "INDEX", "DROP", "GRANT OPTION"}},
};
const Rights kToolMayHave = {
    {"claviger.*", {"DROP"}},
    {"mysql.db", {"SELECT"}},
    {"mysql.tables_priv", {"SELECT"}},
    {"mysql.columns_priv", {"SELECT"}},
    {"mysql.procs_priv", {"SELECT"}},
    {"mysql.roles_mapping", {"SELECT"}},
    {"mysql.claviger_global_rights", {"SELECT"}},
};

constexpr auto kFixTool = "Run persistence/accounts.sql again, and revoke what goes beyond it.";
constexpr auto kFixWorker = "Run `claviger migrate`, which grants what is missing, and revoke what goes beyond it.";
constexpr auto kFixRoles =
    "Run `claviger tenant create` again for them with the same arguments; it grants what is "
    "missing. Revoke what goes beyond it.";

std::vector<std::string> show(Connection& connection, Sql statement) {
    return connection.query(statement).map([](const Row& row) { return row.text(0); });
}

// The rights in `there` that neither `allowed` nor `also` has.
std::string excessOf(const Rights& there, Rights allowed, const Rights& also = {}) {
    for (auto [object, rights] : also) allowed[object].merge(rights);
    return lackOf(there, allowed);
}

Findings compare(const std::string& check, const std::string& who, const std::string& lack, const std::string& excess,
                 const std::string& fix) {
    if (lack.empty() && excess.empty())
        return {{Severity::kGood, check, who + " has the rights that it needs, no more"}};
    Findings findings;
    if (!lack.empty()) findings.push_back({Severity::kSerious, check, who + " lacks " + lack, fix});
    if (!excess.empty()) findings.push_back({Severity::kSerious, check, who + " has too much: " + excess, fix});
    return findings;
}

std::string bareName(const Identifier& identifier) {
    auto name = identifier.text();
    std::erase(name, '`');
    return name;
}

// The tool's account may take the roles in `takeable`. `tables` is nullptr if it may not read them.
struct Roles {
    Connection& tool;
    const RightsTables* tables;
    std::set<std::string> takeable;
};

// The difference between the role's rights and those that it should have, or the server's error. Empty if there is
// none. SHOW GRANTS gives the words. It is slow with many tenants, so a role that is sound in the tables needs none.
std::string problemOf(const Roles& roles, const domain::Tenant& tenant, const Identifier& role) {
    const auto wanted = rightsOf(kRoleGrants, {{"schema", Identifier::schema(tenant.schema)}, {"role", role}});
    const auto name = bareName(role);
    if (roles.tables != nullptr && roles.takeable.contains(name) && roles.tables->isExactly(name, wanted)) return {};
    auto& tool = roles.tool;
    try {
        tool.takeRole(role);
        const auto there = rightsIn(show(tool, kShowRole));
        const auto lack = lackOf(wanted, there);
        return lack.empty() ? excessOf(there, wanted) : lack;
    } catch (const DatabaseError& error) {
        return error.what();
    }
}

// Checks the tenant's role, and that of the previous release if it exists. A later release drops the latter.
std::string roleProblem(const Roles& roles, const domain::Tenant& tenant) {
    const auto problem = problemOf(roles, tenant, Identifier::role(tenant.id));
    const auto former = Identifier::formerRole(tenant.id);
    return problem.empty() && roles.takeable.contains(bareName(former)) ? problemOf(roles, tenant, former) : problem;
}

// False for a tenant of an earlier schema version, which may lack rights. The check of the schemas reports it.
bool isWhole(const domain::Tenant& tenant) {
    return tenant.schemaVersion >= domain::kTenantSchemaVersion;
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < kNamed; ++i) text += (text.empty() ? "" : ", ") + names[i];
    return names.size() > kNamed ? text + " and " + std::to_string(names.size() - kNamed) + " more" : text;
}

Finding unreadTables(const std::string& why) {
    return {Severity::kWarning, "rights_tables",
            "the tool's account may not read the server's tables of rights, so each role was looked at by itself, "
            "which takes minutes with thousands of tenants: " +
                why,
            "Run persistence/accounts.sql again."};
}

Findings checkStrangers(Connection& tool, const std::string& workerUser) {
    const auto strangers = strangersWithRoles(tool, workerUser);
    if (strangers.empty()) return {};
    return {{Severity::kSerious, "role_holders", "tenants' roles may also be taken by " + listed(strangers),
             "Drop these accounts, or revoke the roles from them."}};
}

Finding checkEachRole(const Roles& roles, const std::vector<domain::Tenant>& tenants) {
    std::vector<std::string> bad;
    std::string first;
    std::size_t looked = 0;
    for (const auto& tenant : tenants) {
        if (!isWhole(tenant)) continue;
        ++looked;
        const auto problem = roleProblem(roles, tenant);
        if (problem.empty()) continue;
        if (bad.empty()) first = problem;
        bad.push_back(tenant.slug.text());
    }
    if (bad.empty())
        return {Severity::kGood, "tenant_roles",
                "each of " + std::to_string(looked) + " tenants' roles reaches its own schema alone"};
    return {Severity::kSerious, "tenant_roles",
            "the roles of " + listed(bad) + " are not as they should be (" + first + ")", kFixRoles};
}

}  // namespace

Findings checkToolRights(Connection& tool) {
    const auto there = rightsIn(show(tool, kShowOwn));
    return compare("tool_rights", "the tool's account", lackOf(kToolRights, there),
                   excessOf(there, kToolRights, kToolMayHave), kFixTool);
}

Findings checkWorkerRights(Connection& worker, const std::vector<domain::Tenant>& tenants) {
    const auto statements = show(worker, kShowOwn);
    const auto wanted = rightsOf(kWorkerGrants, {{"worker", Identifier::account("worker", "localhost")}});
    const auto there = rightsIn(statements);
    auto findings =
        compare("worker_rights", "the workers' account", lackOf(wanted, there), excessOf(there, wanted), kFixWorker);

    std::set<std::string> roles;
    for (const auto& statement : statements) roles.insert(roleOf(statement));
    std::vector<std::string> without;
    for (const auto& tenant : tenants)
        if (isWhole(tenant) && !roles.contains(bareName(Identifier::role(tenant.id))))
            without.push_back(tenant.slug.text());
    if (!without.empty())
        findings.push_back({Severity::kSerious, "worker_roles",
                            "the workers may not take the roles of " + listed(without), kFixRoles});
    return findings;
}

bool mayPrune(Connection& pruner) {
    try {
        pruner.takeRole(Identifier::pruneRole());
        return !show(pruner, kShowRole).empty();
    } catch (const DatabaseError&) {
        return false;
    }
}

Findings checkPruneRights(Connection& pruner, const std::vector<domain::Tenant>& tenants) {
    const auto account = Identifier::account("pruner", "localhost"), role = Identifier::pruneRole();
    auto wanted = rightsOf(kPruneControlGrants, {{"pruneRole", role}, {"pruner", account}});
    for (const auto& tenant : tenants)
        if (tenant.schemaVersion > 0)
            wanted.merge(rightsOf(kPruneGrants, {{"schema", Identifier::schema(tenant.schema)}, {"pruneRole", role}}));
    // The account may still have rights that the previous release has granted to it. Its role should have the same.
    const auto ofRole = rightsIn(show(pruner, kShowRole));
    auto all = rightsIn(show(pruner, kShowOwn));
    for (const auto& [object, rights] : ofRole) all[object].insert(rights.begin(), rights.end());
    return compare("prune_rights", "the account of `claviger prune`", lackOf(wanted, ofRole), excessOf(all, wanted),
                   kFixWorker);
}

Findings checkRoles(Connection& tool, const std::string& workerUser, const std::vector<domain::Tenant>& tenants) {
    Findings findings;
    std::optional<RightsTables> tables;
    try {
        tables.emplace(tool);
        findings = checkStrangers(tool, workerUser);
    } catch (const DatabaseError& refused) {
        findings.push_back(unreadTables(refused.what()));
    }
    const auto shown = show(tool, kTakeableRoles);
    findings.push_back(checkEachRole({tool, tables ? &*tables : nullptr, {shown.begin(), shown.end()}}, tenants));
    return findings;
}

}  // namespace claviger::persistence

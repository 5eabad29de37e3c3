#include "persistence/doctor/database_doctor.h"

#include <chrono>
#include <ctime>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "domain/doctor/server_checks.h"
#include "persistence/connection/errors.h"
#include "persistence/control/tenant_rows.h"
#include "persistence/doctor/pepper_checks.h"
#include "persistence/doctor/recorded_pepper_checks.h"
#include "persistence/doctor/rights_checks.h"
#include "persistence/doctor/schema_checks.h"
#include "persistence/schema/grants.h"

namespace claviger::persistence {
namespace {

using domain::Findings;
using domain::Severity;
using domain::Tenant;

constexpr Sql kTenants = "SELECT id, slug, name, status, schema_name, schema_version FROM claviger.tenants";
constexpr Sql kVariables = "SHOW GLOBAL VARIABLES";
constexpr Sql kTls = "SHOW SESSION STATUS LIKE 'Ssl\\_%'";
constexpr Sql kSession = "SELECT @@SESSION.sql_mode, @@SESSION.time_zone";

void append(Findings& all, Findings more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
}

const std::string& userOf(const domain::Settings::Database& database, Account account) {
    if (account == Account::kPrune) return database.pruneUser;
    return account == Account::kTool ? database.toolUser : database.workerUser;
}

// A connection with one of the accounts. If it cannot be made, it stays closed and adds a finding.
class Entrance {
public:
    Entrance(const domain::Settings& settings, Account account, std::string check, Findings& findings) {
        const auto who = userOf(settings.database, account);
        try {
            connections_.emplace(settings.database, account);
            lease_.emplace(connections_->borrow());
        } catch (const domain::BadConfiguration& closed) {
            findings.push_back({Severity::kWarning, std::move(check),
                                "nothing was looked at as " + who + ": " + closed.what(),
                                "See what is said of the files, or run this as an account that may read them."});
        } catch (const domain::StorageUnavailable& unreachable) {
            findings.push_back({Severity::kSerious, std::move(check), who + ": " + unreachable.what(),
                                "See that the database runs, and that database.* and the password are right."});
        }
    }

    bool open() const { return lease_.has_value(); }
    Connection& connection() { return **lease_; }
    Connections& connections() { return *connections_; }

private:
    std::optional<Connections> connections_;
    std::optional<Connections::Lease> lease_;
};

std::vector<Tenant> tenantsOf(Connection& tool) {
    return tool.query(kTenants).map(tenantAt);
}

// For an account that is not the tool's. nullopt if the server refuses it the tenants.
std::optional<std::vector<Tenant>> readableTenants(Connection& connection) {
    try {
        return tenantsOf(connection);
    } catch (const DatabaseError&) {
        return std::nullopt;
    }
}

std::map<std::string, std::string> pairs(Connection& connection, Sql statement) {
    std::map<std::string, std::string> all;
    for (auto& pair :
         connection.query(statement).map([](const Row& row) { return std::pair(row.text(0), row.text(1)); }))
        all.insert(std::move(pair));
    return all;
}

// The days until a time in OpenSSL's form ("Nov 29 12:11:41 2026 GMT"). nullopt for any other text.
std::optional<long> daysUntil(const std::string& moment) {
    std::tm parts{};
    if (::strptime(moment.c_str(), "%b %d %H:%M:%S %Y GMT", &parts) == nullptr) return std::nullopt;
    const auto end = std::chrono::system_clock::from_time_t(::timegm(&parts));
    constexpr long kHoursOfADay = 24;
    return std::chrono::floor<std::chrono::hours>(end - std::chrono::system_clock::now()).count() / kHoursOfADay;
}

domain::ServerFacts factsOf(Connection& connection, std::size_t tenants) {
    domain::ServerFacts facts;
    facts.variables = pairs(connection, kVariables);
    auto tls = pairs(connection, kTls);
    facts.tlsVersionHere = tls["Ssl_version"];
    facts.tlsCipherHere = tls["Ssl_cipher"];
    facts.certificateDays = daysUntil(tls["Ssl_server_not_after"]);
    const auto session = connection.query(kSession);
    facts.sqlModeHere = session[0].text(0);
    facts.timeZoneHere = session[0].text(1);
    facts.tenants = tenants;
    facts.tablesOfEach = kRoleGrants.size() + kRoleReachesNone.size();  // a test compares both with a schema
    return facts;
}

// The account is optional. Without the tenants a right on one would look like a right too much.
void checkPruning(const domain::Settings& settings, std::optional<std::vector<Tenant>> tenants, Findings& findings) {
    if (settings.database.pruneUser.empty()) return;
    Entrance pruner(settings, Account::kPrune, "prune_account", findings);
    if (!pruner.open()) return;
    if (mayPrune(pruner.connection())) {
        if (!tenants) tenants = readableTenants(pruner.connection());
        if (tenants) return append(findings, checkPruneRights(pruner.connection(), *tenants));
    }
    findings.push_back({Severity::kSerious, "prune_rights", "the account of `claviger prune` may not read the tenants",
                        "Run `claviger migrate`."});
}

}  // namespace

Findings examineDatabase(const domain::Settings& settings) {
    Findings findings;
    Entrance tool(settings, Account::kTool, "tool_account", findings);
    Entrance worker(settings, Account::kWorker, "worker_account", findings);

    std::optional<std::vector<Tenant>> tenants;  // nullopt: unknown
    if (tool.open()) {
        append(findings, checkControl(settings, tool.connections()));
        const bool usable = findings.empty() || findings.back().severity != Severity::kSerious;
        if (usable) tenants = tenantsOf(tool.connection());
        const auto known = tenants.value_or(std::vector<Tenant>());
        append(findings, checkTenantSchemas(settings, tool.connections(), known));
        append(findings, checkPeppers(settings, tool.connections(), known));
        append(findings, checkRecordedPeppers(settings, tool.connection()));
        append(findings, checkToolRights(tool.connection()));
        append(findings, checkRoles(tool.connection(), settings.database.workerUser, known));
        append(findings, checkServer(settings, factsOf(tool.connection(), known.size())));
    }
    if (worker.open()) {
        if (!tenants) tenants = readableTenants(worker.connection());
        append(findings, checkWorkerRights(worker.connection(), tenants.value_or(std::vector<Tenant>())));
    }
    checkPruning(settings, std::move(tenants), findings);
    return findings;
}

}  // namespace claviger::persistence

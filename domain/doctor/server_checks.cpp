#include "domain/doctor/server_checks.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace claviger::domain {
namespace {

constexpr std::size_t kTablesBesides = 100;      // those of the control schema and of the server itself
constexpr long kSoon = 14;                       // days
constexpr std::size_t kConnectionsBesides = 10;  // for the tool, the poller and administrators
constexpr std::size_t kThreadsBesides = 5;       // of a worker: four finish sign-ins, one writes the uses of keys

std::string value(const ServerFacts& facts, const std::string& name) {
    const auto found = facts.variables.find(name);
    return found == facts.variables.end() ? std::string() : found->second;
}

std::size_t number(const ServerFacts& facts, const std::string& name) {
    return std::strtoull(value(facts, name).c_str(), nullptr, 10);
}

Finding checkFlush(const ServerFacts& facts) {
    if (value(facts, "innodb_flush_log_at_trx_commit") == "1")
        return {Severity::kGood, "durability_log", "every commit is on disk before it is answered"};
    return {Severity::kSerious, "durability_log",
            "innodb_flush_log_at_trx_commit is " + value(facts, "innodb_flush_log_at_trx_commit") +
                ": after a crash of the machine a key that was regenerated may live again",
            "Set innodb_flush_log_at_trx_commit = 1."};
}

// If the binary log loses commits, its replicas, and a server restored from it, have different data.
Finding checkBinaryLog(const ServerFacts& facts) {
    const auto log = value(facts, "log_bin");
    if (log != "ON" && log != "1") return {Severity::kGood, "durability_binlog", "there is no binary log to sync"};
    if (value(facts, "sync_binlog") == "1")
        return {Severity::kGood, "durability_binlog", "the binary log is on disk before a commit is answered"};
    return {Severity::kSerious, "durability_binlog",
            "sync_binlog is " + value(facts, "sync_binlog") +
                ": after a crash of the machine the replicas may have other data than the writer",
            "Set sync_binlog = 1."};
}

Finding checkDoublewrite(const ServerFacts& facts) {
    const auto doublewrite = value(facts, "innodb_doublewrite");
    if (doublewrite != "OFF" && doublewrite != "0")
        return {Severity::kGood, "durability_pages", "a page that is torn by a crash can be restored"};
    return {Severity::kWarning, "durability_pages", "innodb_doublewrite is off: a crash can tear a page for good",
            "Set innodb_doublewrite = ON, unless the file system writes pages whole."};
}

Finding checkCache(const ServerFacts& facts, const std::string& name) {
    const auto wanted = facts.tenants * facts.tablesOfEach + kTablesBesides;
    const auto has = number(facts, name);
    const auto text = name + " is " + std::to_string(has) + ", and " + std::to_string(facts.tenants) +
                      " tenants have about " + std::to_string(wanted) + " tables";
    if (has >= wanted) return {Severity::kGood, name, text};
    return {Severity::kWarning, name, text + ": they are opened again and again",
            "Set " + name + " = " + std::to_string(2 * wanted) + ", and open_files_limit to more than that."};
}

Finding checkOpenFiles(const ServerFacts& facts) {
    const auto limit = number(facts, "open_files_limit");
    const auto cache = number(facts, "table_open_cache");
    const auto text = "open_files_limit is " + std::to_string(limit) + ", table_open_cache " + std::to_string(cache);
    if (limit >= cache + kConnectionsBesides) return {Severity::kGood, "open_files", text};
    return {Severity::kWarning, "open_files", text + ": the cache cannot fill",
            "Raise open_files_limit above table_open_cache."};
}

// Every thread of every worker may hold one connection. During a reload new workers start before the old ones have
// exited.
Finding checkConnections(const Settings& settings, const ServerFacts& facts) {
    const std::size_t cores = static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
    const std::size_t workers = settings.fcgi.workers == 0 ? cores : settings.fcgi.workers;
    const auto wanted = 2 * workers * (settings.fcgi.threads + kThreadsBesides) + kConnectionsBesides;
    const auto has = number(facts, "max_connections");
    const auto text = "max_connections is " + std::to_string(has) + ", and " + std::to_string(workers) +
                      " workers of " + std::to_string(settings.fcgi.threads) + " threads take up to " +
                      std::to_string(wanted) + " while they are renewed";
    if (has >= wanted) return {Severity::kGood, "max_connections", text};
    return {has >= wanted / 2 ? Severity::kWarning : Severity::kSerious, "max_connections", text,
            "Set max_connections = " + std::to_string(2 * wanted) + ", or lower fcgi.workers or fcgi.threads."};
}

Finding checkTimeZone(const ServerFacts& facts) {
    if (facts.timeZoneHere == "+00:00") return {Severity::kGood, "time_zone", "connections speak UTC"};
    return {Severity::kSerious, "time_zone", "a connection's time zone is " + facts.timeZoneHere + ", not UTC",
            "See what changes it between the service and the server (a proxy, init_connect)."};
}

Finding checkSqlMode(const ServerFacts& facts) {
    if (facts.sqlModeHere.find("STRICT_ALL_TABLES") != std::string::npos)
        return {Severity::kGood, "sql_mode", "connections are strict: what does not fit is refused"};
    return {Severity::kSerious, "sql_mode",
            "a connection's sql_mode is \"" + facts.sqlModeHere + "\": what does not fit would be cut silently",
            "See what changes it between the service and the server (a proxy, init_connect)."};
}

Finding checkReadOnly(const ServerFacts& facts) {
    const auto readOnly = value(facts, "read_only");
    if (readOnly == "OFF" || readOnly == "0") return {Severity::kGood, "writer", "the server takes writes"};
    return {Severity::kSerious, "writer", "the server is read-only: the service needs the writer",
            "Let database.host or database.socket lead to the writer."};
}

Finding checkTls(const Settings& settings, const ServerFacts& facts) {
    const std::string check = "database_tls";
    if (facts.tlsCipherHere.empty() && (!settings.database.socket.empty() || settings.database.hosts.empty()))
        return {Severity::kGood, check, "the database is reached by a unix socket, which crosses no network"};
    if (facts.tlsCipherHere.empty())
        return {Severity::kWarning, check,
                "database.tls is off: statements and rows cross the network to the database in plain text",
                "Set up TLS on the database server, then remove database.tls from the configuration."};
    const auto text = facts.tlsVersionHere + " with " + facts.tlsCipherHere + ", and the server's certificate is right";
    if (!facts.certificateDays) return {Severity::kGood, check, text};
    const auto days = text + " for " + std::to_string(*facts.certificateDays) + " more days";
    if (*facts.certificateDays >= kSoon) return {Severity::kGood, check, days};
    return {Severity::kWarning, check, days, "Renew the certificate: once it has ended, nothing reaches the database."};
}

}  // namespace

Findings checkServer(const Settings& settings, const ServerFacts& facts) {
    return {checkFlush(facts),
            checkBinaryLog(facts),
            checkDoublewrite(facts),
            checkReadOnly(facts),
            checkTls(settings, facts),
            checkTimeZone(facts),
            checkSqlMode(facts),
            checkCache(facts, "table_open_cache"),
            checkCache(facts, "table_definition_cache"),
            checkOpenFiles(facts),
            checkConnections(settings, facts)};
}

}  // namespace claviger::domain

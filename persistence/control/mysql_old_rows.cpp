#include "persistence/control/mysql_old_rows.h"

#include "persistence/connection/columns.h"
#include "persistence/connection/errors.h"
#include "persistence/connection/reading.h"
#include "persistence/control/tenant_rows.h"

namespace claviger::persistence {
namespace {

using domain::OldRows;

constexpr Sql kTenants =
    "SELECT id, slug, name, status, schema_name, schema_version FROM claviger.tenants WHERE schema_version > 0 "
    "ORDER BY slug";

constexpr unsigned kNoRight = 1142;  // also if there is no such table
constexpr unsigned kNoRole = 1959;   // also if the account may not take it

// Each of these statements reads one index from its oldest end.
constexpr Sql kCountSessions = "SELECT COUNT(*) FROM {schema}.sessions WHERE expires_at < ?";
constexpr Sql kCountEvents = "SELECT COUNT(*) FROM {schema}.audit_events WHERE id < ?";
constexpr Sql kCountDevices = "SELECT COUNT(*) FROM {schema}.known_devices WHERE last_seen_at < ?";
constexpr Sql kCountAttempts = "SELECT COUNT(*) FROM {schema}.login_attempts WHERE failed_at < ?";
constexpr Sql kDeleteSessions = "DELETE FROM {schema}.sessions WHERE expires_at < ? ORDER BY expires_at LIMIT ?";
constexpr Sql kDeleteEvents = "DELETE FROM {schema}.audit_events WHERE id < ? ORDER BY id LIMIT ?";
constexpr Sql kDeleteDevices =
    "DELETE FROM {schema}.known_devices WHERE last_seen_at < ? ORDER BY last_seen_at LIMIT ?";
constexpr Sql kDeleteAttempts = "DELETE FROM {schema}.login_attempts WHERE failed_at < ? ORDER BY failed_at LIMIT ?";

// These read all rows of the tenant. An index by time would make each write of the index dearer.
constexpr Sql kCountIndexed = "SELECT COUNT(*) FROM claviger.key_index WHERE tenant_id = ? AND usable_until < ?";
constexpr Sql kDeleteIndexed =
    "DELETE FROM claviger.key_index WHERE tenant_id = ? AND usable_until < ? ORDER BY key_id LIMIT ?";

struct Statements {
    Sql count, remove;
};

Statements statementsFor(OldRows rows) {
    switch (rows) {
        case OldRows::kSessions:
            return {kCountSessions, kDeleteSessions};
        case OldRows::kAuditEvents:
            return {kCountEvents, kDeleteEvents};
        case OldRows::kKnownDevices:
            return {kCountDevices, kDeleteDevices};
        case OldRows::kIndexedKeys:
            return {kCountIndexed, kDeleteIndexed};
        case OldRows::kLoginAttempts:
            break;
    }
    return {kCountAttempts, kDeleteAttempts};
}

// An event's id begins with its time in milliseconds, so the primary key orders the events by time.
Value boundOf(OldRows rows, domain::Timestamp before) {
    if (rows != OldRows::kAuditEvents) return before;
    auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(before).time_since_epoch().count();
    std::string id(16, '\0');
    for (std::size_t i = 6; i-- > 0; milliseconds >>= 8) id[i] = static_cast<char>(milliseconds & 0xff);
    return Bytes{id};
}

Values valuesOf(const domain::Tenant& tenant, OldRows rows, domain::Timestamp before) {
    Values values;
    if (rows == OldRows::kIndexedKeys) values.emplace_back(bytesOf(tenant.id));
    values.emplace_back(boundOf(rows, before));
    return values;
}

Names namesOf(const domain::Tenant& tenant) {
    return {{"schema", Identifier::schema(tenant.schema)}};
}

}  // namespace

std::vector<domain::Tenant> MySqlOldRows::tenants() const {
    try {
        const auto connection = connections_.borrow();
        connection->takeRole(Identifier::pruneRole());
        return connection->query(kTenants).map(tenantAt);
    } catch (const DatabaseError& error) {
        if (error.number() == kNoRight || error.number() == kNoRole) throw domain::PruningNotGranted();
        throw;
    }
}

// Uses the time-out of one hour, since many rows take long to count.
std::uint64_t MySqlOldRows::count(const domain::Tenant& tenant, OldRows rows, domain::Timestamp before) const {
    const auto connection = connections_.borrowForSchemaChange();
    connection->takeRole(Identifier::pruneRole());
    const auto counted = connection->query(statementsFor(rows).count, valuesOf(tenant, rows, before), namesOf(tenant));
    return static_cast<std::uint64_t>(counted[0].integer(0));
}

std::uint64_t MySqlOldRows::deleteSome(const domain::Tenant& tenant, OldRows rows, domain::Timestamp before) {
    std::uint64_t deleted = 0;
    (void)transactions_.run(Identifier::pruneRole(), [&](Connection& connection, domain::Invalidations&) {
        auto values = valuesOf(tenant, rows, before);
        values.emplace_back(static_cast<std::int64_t>(kMostAtOnce));
        deleted = connection.execute(statementsFor(rows).remove, values, namesOf(tenant));
        return Ending::kCommit;
    });
    return deleted;
}

}  // namespace claviger::persistence

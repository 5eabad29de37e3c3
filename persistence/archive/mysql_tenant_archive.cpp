#include "persistence/archive/mysql_tenant_archive.h"

#include <algorithm>
#include <thread>

#include "persistence/archive/tenant_schema_rows.h"
#include "persistence/connection/errors.h"
#include "persistence/control/mysql_key_index.h"
#include "persistence/control/tenant_rows.h"
#include "persistence/schema/schema_history.h"
#include "persistence/tenant/columns.h"

namespace claviger::persistence {
namespace {

using domain::HostName;
using domain::Result;
using domain::Tenant;
using domain::TenantId;
using domain::TransferMark;

// The reader of the rows may be slow, such as a pipe into a compressor.
constexpr Sql kPatience = "SET SESSION net_write_timeout = 3600";
constexpr Sql kOneMoment = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
constexpr Sql kSnapshot = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
constexpr Sql kEndSnapshot = "COMMIT";
constexpr Sql kHosts = "SELECT host FROM claviger.tenant_hosts WHERE tenant_id = ? ORDER BY host";

constexpr Sql kPeppersOfKeys = "SELECT DISTINCT pepper_version FROM {schema}.api_keys WHERE deleted_at IS NULL";
constexpr Sql kPeppersOfPasswords =
    "SELECT DISTINCT CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(password_hash, '$', 5), '$', -1) AS SIGNED) "
    "FROM {schema}.users WHERE password_hash LIKE '$sealed-argon2id$%'";

constexpr Sql kHold = "SELECT GET_LOCK(?, 10)";
constexpr Sql kLetGo = "SELECT RELEASE_LOCK(?)";

constexpr Sql kMark = "SELECT what, file FROM claviger.tenant_transfers WHERE tenant_id = ?";
constexpr Sql kSetMark = "INSERT INTO claviger.tenant_transfers (tenant_id, what, file, begun_at) VALUES (?, ?, ?, ?)";
constexpr Sql kUnmark = "DELETE FROM claviger.tenant_transfers WHERE tenant_id = ?";
constexpr Sql kClose = "UPDATE claviger.tenants SET schema_version = 0, status = 'suspended' WHERE id = ?";
constexpr Sql kOpen = "UPDATE claviger.tenants SET schema_version = ?, status = ? WHERE id = ?";

// Each revocation has written its entry, so usually none is missing. An entry that another transaction adds at the same
// time stays as it is.
constexpr Sql kRecordDead =
    "INSERT INTO claviger.dead_keys (tenant_id, key_hash, died_at, key_id) "
    "SELECT ?, k.key_hash, k.deleted_at, k.id FROM {schema}.api_keys k WHERE k.deleted_at IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM claviger.dead_keys d WHERE d.tenant_id = ? AND d.key_hash = k.key_hash) "
    "ON DUPLICATE KEY UPDATE key_hash = claviger.dead_keys.key_hash";
// Revoked keys that an import would bring back. Each is found by its hash, or by its id: the key may have had the hash
// of another pepper when it was revoked. No index has the ids: the statement reads the tenant's dead keys once.
constexpr Sql kRisen =
    "SELECT k.id FROM {schema}.api_keys k WHERE k.deleted_at IS NULL AND ("
    "k.key_hash IN (SELECT d.key_hash FROM claviger.dead_keys d WHERE d.tenant_id = ?) OR "
    "k.id IN (SELECT d.key_id FROM claviger.dead_keys d WHERE d.tenant_id = ? AND d.key_id IS NOT NULL)) ORDER BY k.id";
constexpr Sql kEndRisenByHash =
    "UPDATE {schema}.api_keys k JOIN claviger.dead_keys d ON d.tenant_id = ? AND d.key_hash = k.key_hash "
    "SET k.deleted_at = d.died_at WHERE k.deleted_at IS NULL";
constexpr Sql kEndRisenById =
    "UPDATE {schema}.api_keys k JOIN (SELECT key_id, died_at FROM claviger.dead_keys WHERE tenant_id = ?) d "
    "ON d.key_id = k.id SET k.deleted_at = d.died_at WHERE k.deleted_at IS NULL";

constexpr Sql kNow = "SELECT UTC_TIMESTAMP(6)";
constexpr Sql kDeadOf = "SELECT key_hash, key_id FROM claviger.dead_keys WHERE tenant_id = ?";
constexpr Sql kReadDead = "SELECT tenant_id, key_hash, died_at, key_id FROM claviger.dead_keys";
// stream() takes a statement without values, so the value goes into a variable of the session.
constexpr Sql kSetSince = "SET @since = ?";
constexpr Sql kReadDeadSince =
    "SELECT tenant_id, key_hash, died_at, key_id FROM claviger.dead_keys WHERE recorded_at >= CAST(@since AS "
    "DATETIME(6))";
// An entry that exists stays as it is. IGNORE would also change each value that does not fit into one that does.
constexpr Sql kLoadDead =
    "INSERT INTO claviger.dead_keys (tenant_id, key_hash, died_at, key_id) VALUES {rows} "
    "ON DUPLICATE KEY UPDATE key_hash = claviger.dead_keys.key_hash";

constexpr Sql kDropSchema = "DROP SCHEMA IF EXISTS {schema}";
constexpr Sql kDropRole = "DROP ROLE IF EXISTS {role}";
constexpr Sql kDropFormerRole = "DROP ROLE IF EXISTS {formerRole}";
constexpr Sql kDropHosts = "DELETE FROM claviger.tenant_hosts WHERE tenant_id = ?";
constexpr Sql kDropTenant = "DELETE FROM claviger.tenants WHERE id = ?";

constexpr auto kKeys = "api_keys";
constexpr auto kUsers = "users";

// A named lock of the server, on a connection that runs no other statement while it has the lock.
class Hold final : public domain::TransferHold {
public:
    Hold(Connections::Lease connection, std::string name) : connection_(std::move(connection)), name_{std::move(name)} {
        const auto rows = connection_->query(kHold, {name_});
        held_ = !rows[0].isNull(0) && rows[0].integer(0) == 1;
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() override {
        try {
            if (held_) connection_->query(kLetGo, {name_});
        } catch (const std::exception&) {
            connection_->abandon();
        }
    }

    bool held() const { return held_; }

private:
    const Connections::Lease connection_;
    const Text name_;
    bool held_ = false;
};

Names namesOf(const Tenant& tenant) {
    return {{"schema", Identifier::schema(tenant.schema)},
            {"role", Identifier::role(tenant.id)},
            {"formerRole", Identifier::formerRole(tenant.id)}};
}

bool hasKeys(const std::vector<domain::ArchiveTable>& tables) {
    return std::any_of(tables.begin(), tables.end(), [](const auto& table) { return table.name == kKeys; });
}

// Records the schema's revoked keys in claviger.dead_keys: no later import or backup revives one.
void recordDead(Connection& connection, const Tenant& tenant) {
    if (hasKeys(tablesOf(connection, tenant.schema)))
        connection.execute(kRecordDead, {bytesOf(tenant.id), bytesOf(tenant.id)}, namesOf(tenant));
}

bool hasUsers(const std::vector<domain::ArchiveTable>& tables) {
    return std::any_of(tables.begin(), tables.end(), [](const auto& table) { return table.name == kUsers; });
}

// The versions of the peppers that active keys and sealed passwords need, with empty fingerprints.
domain::PepperFingerprints peppersOf(Connection& connection, const Tenant& tenant,
                                     const std::vector<domain::ArchiveTable>& tables) {
    domain::PepperFingerprints peppers;
    const auto add = [&](Sql statement) {
        for (const auto version :
             connection.query(statement, {}, namesOf(tenant)).map([](const Row& row) { return row.integer(0); }))
            peppers.emplace(static_cast<int>(version), std::string());
    };
    if (hasKeys(tables)) add(kPeppersOfKeys);
    if (hasUsers(tables)) add(kPeppersOfPasswords);
    return peppers;
}

// Adds the tenant closed (version 0 and suspended). The import opens it once it is complete.
Result<void> addTenant(Connection& connection, const domain::ArchiveHead& head, domain::Timestamp now) {
    auto tenant = head.tenant;
    tenant.status = domain::TenantStatus::kSuspended;
    tenant.schemaVersion = 0;
    if (auto added = insertTenant(connection, tenant, now); !added.ok()) return added;
    for (const auto& host : head.hosts)
        if (auto added = insertHost(connection, tenant.id, host, now); !added.ok()) return added;
    connection.execute(kSetMark, {bytesOf(tenant.id), Text{"import"}, Bytes{}, now});
    return {};
}

}  // namespace

domain::Timestamp MySqlTenantArchive::now() const {
    return connections_.borrow()->query(kNow)[0].timestamp(0);
}

void MySqlTenantArchive::readDead(const std::optional<domain::Timestamp>& since, domain::ArchiveSink& sink) {
    const auto connection = connections_.borrowForSchemaChange();
    const auto take = [&](const domain::ArchiveCells& cells) { sink.row(cells); };
    sink.table(domain::deadKeysTable());
    if (since) connection->execute(kSetSince, {*since});
    connection->stream(since ? kReadDeadSince : kReadDead, {}, take);
}

void MySqlTenantArchive::loadDead(const std::vector<domain::ArchiveCells>& rows) {
    std::vector<Values> values;
    for (const auto& row : rows)
        values.push_back({Bytes{row.at(0).value()}, Bytes{row.at(1).value()}, Text{row.at(2).value()},
                          row.at(3) ? Value(Bytes{*row.at(3)}) : Value(Null{})});
    connections_.borrowForSchemaChange()->executeOnRows(kLoadDead, values, {});
}

domain::DeadKeys MySqlTenantArchive::deadKeysOf(const TenantId& tenant) const {
    domain::DeadKeys dead;
    const auto rows = connections_.borrowForSchemaChange()->query(kDeadOf, {bytesOf(tenant)});
    for (std::size_t i = 0; i < rows.size(); ++i)
        dead.add(tenant.bytes(), rows[i].text(0), rows[i].isNull(1) ? std::nullopt : std::optional(rows[i].text(1)));
    return dead;
}

std::set<std::string> MySqlTenantArchive::tableNames(const Tenant& tenant) const {
    std::set<std::string> names;
    for (const auto& table : tablesOf(*connections_.borrow(), tenant.schema)) names.insert(table.name);
    return names;
}

std::unique_ptr<domain::TransferHold> MySqlTenantArchive::hold(const TenantId& tenant) {
    auto hold = std::make_unique<Hold>(connections_.borrowForSchemaChange(), "claviger transfer " + tenant.text());
    if (!hold->held()) return nullptr;
    return hold;
}

void MySqlTenantArchive::read(const Tenant& tenant, domain::ArchiveSink& sink) {
    const auto connection = connections_.borrowForSchemaChange();
    try {
        connection->execute(kPatience);
        connection->execute(kOneMoment);
        connection->execute(kSnapshot);
        domain::ArchiveHead head{tenant, {}, {}};
        head.hosts = connection->query(kHosts, {bytesOf(tenant.id)}).map([](const Row& row) {
            return stored(HostName::parse(row.text(0)));
        });
        const auto applied = SchemaHistory(*connection, Identifier::schema(tenant.schema)).read();
        head.tenant.schemaVersion = applied.empty() ? 0 : applied.back().version;
        const auto tables = tablesOf(*connection, tenant.schema);
        head.peppers = peppersOf(*connection, tenant, tables);
        sink.head(head);
        for (const auto& table : tables) streamTable(*connection, tenant.schema, table, sink);
        connection->execute(kEndSnapshot);
    } catch (...) {
        connection->abandon();  // this ends its snapshot too
        throw;
    }
}

std::optional<TransferMark> MySqlTenantArchive::findMark(const TenantId& tenant) const {
    const auto rows = connections_.borrow()->query(kMark, {bytesOf(tenant)});
    if (rows.empty()) return std::nullopt;
    const auto what = rows[0].text(0) == "drop" ? TransferMark::What::kDrop : TransferMark::What::kImport;
    return TransferMark{what, rows[0].text(1)};
}

void MySqlTenantArchive::markDrop(const Tenant& tenant, const std::string& file, domain::Timestamp now) {
    changeRevocationState(tenant.id, [&](Connection& connection) {
        connection.execute(kSetMark, {bytesOf(tenant.id), Text{"drop"}, Bytes{file}, now});
        connection.execute(kClose, {bytesOf(tenant.id)});  // version 0: refused even if it is resumed
    });
}

void MySqlTenantArchive::destroy(const Tenant& tenant) {
    const auto mark = findMark(tenant.id);
    const bool halfImported = mark && mark->what == TransferMark::What::kImport;
    {
        const auto connection = connections_.borrowForSchemaChange();
        if (!halfImported) recordDead(*connection, tenant);  // an unfinished import revokes no key
        schemas_.revokePruning(tenant);
        connection->execute(kDropSchema, {}, namesOf(tenant));
        removeFromKeyIndex(*connection, tenant.id);  // no late use can add a row any more: its table is gone
        connection->execute(kDropRole, {}, namesOf(tenant));
        connection->execute(kDropFormerRole, {}, namesOf(tenant));
    }
    changeRevocationState(tenant.id, [&](Connection& connection) {
        for (const auto& statement : {kDropHosts, kDropTenant, kUnmark})
            connection.execute(statement, {bytesOf(tenant.id)});
    });
}

Result<void> MySqlTenantArchive::begin(const domain::ArchiveHead& head, domain::Timestamp now) {
    Result<void> result;
    (void)transactions_.run(std::nullopt, [&](Connection& connection, domain::Invalidations& changes) {
        changes.add(domain::shardOf(head.tenant.id));
        result = addTenant(connection, head, now);
        return result.ok() ? Ending::kCommit : Ending::kRollback;
    });
    return result;
}

std::vector<domain::ArchiveTable> MySqlTenantArchive::makeTables(const Tenant& tenant, int version) {
    migrator_.makeTenantAt(tenant.schema, version);
    return tablesOf(*connections_.borrowForSchemaChange(), tenant.schema);
}

void MySqlTenantArchive::load(const Tenant& tenant, const domain::ArchiveTable& table,
                              const std::vector<domain::ArchiveCells>& rows) {
    insertRows(*connections_.borrowForSchemaChange(), tenant.schema, table, rows);
}

std::vector<domain::ApiKeyId> MySqlTenantArchive::open(const Tenant& tenant) {
    const int version = migrator_.bringUpTenant(tenant.schema);
    std::vector<domain::ApiKeyId> ended;
    {
        const auto connection = connections_.borrowForSchemaChange();
        recordDead(*connection, tenant);
        ended = connection->query(kRisen, {bytesOf(tenant.id), bytesOf(tenant.id)}, namesOf(tenant))
                    .map([](const Row& row) { return idAt<domain::ApiKeyId>(row, 0); });
        for (const auto& statement : {kEndRisenByHash, kEndRisenById})
            connection->execute(statement, {bytesOf(tenant.id)}, namesOf(tenant));
    }
    schemas_.grant(tenant);
    changeRevocationState(tenant.id, [&](Connection& connection) {
        connection.execute(kOpen, {std::int64_t{version}, textOf(tenant.status), bytesOf(tenant.id)});
        connection.execute(kUnmark, {bytesOf(tenant.id)});
    });
    return ended;
}

// Commits, then blocks until every host acts on the change.
void MySqlTenantArchive::changeRevocationState(const TenantId& tenant, const std::function<void(Connection&)>& work) {
    const auto effectiveAt =
        transactions_.run(std::nullopt, [&](Connection& connection, domain::Invalidations& changes) {
            changes.add(domain::shardOf(tenant));
            work(connection);
            return Ending::kCommit;
        });
    std::this_thread::sleep_until(effectiveAt);
}

}  // namespace claviger::persistence

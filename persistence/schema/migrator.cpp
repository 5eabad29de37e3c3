#include "persistence/schema/migrator.h"

#include <algorithm>

#include "persistence/connection/errors.h"
#include "persistence/schema/grants.h"
#include "persistence/schema/schema_history.h"

namespace claviger::persistence {
namespace {

constexpr Sql kLock = "SELECT GET_LOCK(?, 60)";
constexpr Sql kUnlock = "SELECT RELEASE_LOCK(?)";
constexpr Sql kCurrentUser = "SELECT CURRENT_USER()";

// The lock for the migrations of one schema. The server releases it if the connection is lost. The constructor waits
// for at most 60 s, then throws MigrationRefused.
class MigrationLock {
public:
    MigrationLock(Connection& connection, const std::string& schema)
        : connection_(connection), name_{"claviger migrate " + schema} {
        const auto rows = connection_.query(kLock, {name_});
        if (rows[0].isNull(0) || rows[0].integer(0) != 1)
            throw MigrationRefused(schema + ": another migration has been running for a minute; try again later");
    }
    MigrationLock(const MigrationLock&) = delete;
    MigrationLock& operator=(const MigrationLock&) = delete;
    ~MigrationLock() {
        try {
            connection_.query(kUnlock, {name_});
        } catch (const std::exception&) {
            connection_.abandon();
        }
    }

private:
    Connection& connection_;
    Text name_;
};

void apply(SchemaHistory& history, const Migration& migration, const std::string& schema) {
    try {
        history.apply(migration);
    } catch (const DatabaseError& error) {
        throw MigrationRefused(schema + ": migration " + migration.name + " failed: " + error.what());
    }
}

void applyBaseline(SchemaHistory& history, const SchemaFiles& files, const std::string& schema) {
    try {
        history.applyBaseline(*files.baseline, files.migrations);
    } catch (const DatabaseError& error) {
        throw MigrationRefused(schema + ": its tables cannot be made: " + error.what());
    }
}

// Returns the schema's history. Throws MigrationRefused if it does not fit the files.
std::vector<Applied> readHistory(const SchemaHistory& history, const std::string& name,
                                 const std::vector<Migration>& files) {
    auto applied = history.read();
    if (const auto problem = problemOf(applied, files); !problem.empty()) throw MigrationRefused(name + ": " + problem);
    return applied;
}

// A schema without tables starts from the baseline. The tables of a run that was killed are migrated.
bool startsFromBaseline(const SchemaHistory& history, const SchemaFiles& files, std::size_t done, std::size_t last) {
    return done == 0 && files.baseline && static_cast<std::size_t>(files.baseline->version) <= last &&
           !history.hasOtherTables();
}

void migrate(Connection& connection, const std::string& name, const Identifier& schema, const SchemaFiles& files,
             std::size_t last) {
    const MigrationLock lock(connection, name);
    SchemaHistory history(connection, schema);
    history.create();
    auto done = readHistory(history, name, files.migrations).size();
    if (startsFromBaseline(history, files, done, last)) {
        applyBaseline(history, files, name);
        done = static_cast<std::size_t>(files.baseline->version);
    }
    for (; done < last; ++done) apply(history, files.migrations[done], name);
}

std::vector<domain::PendingMigration> pending(Connections& connections, const std::string& name,
                                              const Identifier& schema, const SchemaFiles& files) {
    const auto connection = connections.borrow();
    const SchemaHistory history(*connection, schema);
    std::vector<domain::PendingMigration> all;
    const auto add = [&](const Migration& file) {
        all.push_back({file.name, composeMigration(file.text, {{"schema", schema}})});
    };
    auto done = readHistory(history, name, files.migrations).size();
    if (startsFromBaseline(history, files, done, files.migrations.size())) {
        std::for_each(files.baseline->tables.begin(), files.baseline->tables.end(), add);
        done = static_cast<std::size_t>(files.baseline->version);
    }
    std::for_each(files.migrations.begin() + static_cast<std::ptrdiff_t>(done), files.migrations.end(), add);
    return all;
}

// The account of this user, with the host part of the tool's own account.
Identifier accountBeside(Connection& connection, const std::string& user) {
    const auto self = connection.query(kCurrentUser)[0].text(0);
    return Identifier::account(user, self.substr(self.rfind('@') + 1));
}

// The account is made by hand, so it may be missing. Throws MigrationRefused then.
void grantControl(Connection& connection, const Identifier& pruner) {
    try {
        for (const auto& statement : kPruneControlGrants)
            connection.execute(statement, {}, {{"pruneRole", Identifier::pruneRole()}, {"pruner", pruner}});
    } catch (const DatabaseError& refused) {
        throw MigrationRefused("database.prune_user: " + pruner.text() + " gets no rights (" + refused.what() +
                               "); run persistence/accounts.sql, which makes the account, or unset it");
    }
}

}  // namespace

Migrator::Migrator(Connections& connections, const std::filesystem::path& folder, std::string workerUser,
                   std::string pruneUser)
    : connections_(connections),
      control_{readMigrations(folder / "control"), std::nullopt},
      tenant_{readMigrations(folder / "tenant"), readBaseline(folder / "tenant_baseline")},
      workerUser_(std::move(workerUser)),
      pruneUser_(std::move(pruneUser)) {}

int Migrator::controlVersion() const {
    const auto connection = connections_.borrow();
    const auto applied = SchemaHistory(*connection, Identifier::controlSchema()).read();
    return applied.empty() ? 0 : applied.back().version;
}

void Migrator::bringUpControl() {
    const auto connection = connections_.borrowForSchemaChange();
    migrate(*connection, domain::kControlSchema, Identifier::controlSchema(), control_, control_.migrations.size());
    const Names names{{"worker", workerAccount(*connection)}};
    for (const auto& grant : kWorkerGrants) connection->execute(grant, {}, names);
    if (const auto pruner = pruneAccount(*connection)) grantControl(*connection, *pruner);
}

int Migrator::bringUpTenant(const domain::SchemaName& schema) const {
    const auto connection = connections_.borrowForSchemaChange();
    migrate(*connection, schema.text(), Identifier::schema(schema), tenant_, tenant_.migrations.size());
    return newestTenantVersion();
}

void Migrator::makeTenantAt(const domain::SchemaName& schema, int version) const {
    const auto connection = connections_.borrowForSchemaChange();
    const auto last = std::min(static_cast<std::size_t>(version), tenant_.migrations.size());
    migrate(*connection, schema.text(), Identifier::schema(schema), tenant_, last);
}

std::vector<domain::PendingMigration> Migrator::pendingOfControl() const {
    return pending(connections_, domain::kControlSchema, Identifier::controlSchema(), control_);
}

std::vector<domain::PendingMigration> Migrator::pendingOf(const domain::SchemaName& schema) const {
    return pending(connections_, schema.text(), Identifier::schema(schema), tenant_);
}

Identifier Migrator::workerAccount(Connection& connection) const {
    return accountBeside(connection, workerUser_);
}

std::optional<Identifier> Migrator::pruneAccount(Connection& connection) const {
    return pruneUser_.empty() ? std::nullopt : std::optional(accountBeside(connection, pruneUser_));
}

}  // namespace claviger::persistence

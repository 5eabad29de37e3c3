#include "domain/tenants/transfer_service.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "domain/ports/control/migrations.h"
#include "domain/tenants/noted_refusal.h"

namespace claviger::domain {
namespace {

constexpr std::string_view kKeys = "api_keys";
constexpr std::size_t kBatch = 500;         // rows in one statement
constexpr std::size_t kWorkOfAnyone = 128;  // MiB times passes: about a tenth of a second

Error noSuchTenant(const TenantSlug& slug) {
    return {ErrorCode::kTenantNotFound, "there is no tenant " + slug.text()};
}

Error taken(const Tenant& tenant, const std::string& what) {
    return {ErrorCode::kTenantTaken, "tenant " + tenant.slug.text() + " " + what};
}

Error busy(const Tenant& tenant) {
    return taken(tenant, "is being dropped or imported by another run");
}

bool has(const std::vector<ArchiveTable>& tables, const ArchiveTable& table) {
    return std::find(tables.begin(), tables.end(), table) != tables.end();
}

ArchiveHead changedBy(const ImportOrder& order, ArchiveHead head) {
    if (order.slug) head.tenant.slug = *order.slug;
    if (order.name) head.tenant.name = *order.name;
    if (order.status) head.tenant.status = *order.status;
    if (!order.hosts.empty()) head.hosts = order.hosts;
    head.tenant.schema = SchemaName::of(head.tenant.slug);
    return head;
}

// Forwards a tenant. Throws for a tenant that has lost its schema or a table: its archive would look complete.
class WholeTenant final : public ArchiveSink {
public:
    WholeTenant(const Tenant& tenant, int newestVersion, ArchiveSink& sink)
        : tenant_(tenant), newestVersion_(newestVersion), sink_(sink) {}

    void head(const ArchiveHead& head) override {
        if (tenant_.schemaVersion > 0 && head.tenant.schemaVersion == 0) throw SchemaLost(tenant_);
        if (head.tenant.schemaVersion == newestVersion_) wanted_ = knownTables();
        sink_.head(head);
    }
    void table(const ArchiveTable& table) override {
        wanted_.erase(table.name);
        sink_.table(table);
    }
    void row(const ArchiveCells& cells) override { sink_.row(cells); }

    void end() const {
        if (!wanted_.empty())
            throw MigrationRefused(tenant_.slug.text() + ": table " + std::string(*wanted_.begin()) +
                                   " of its schema " + tenant_.schema.text() + " is gone");
    }

private:
    const Tenant& tenant_;
    const int newestVersion_;
    ArchiveSink& sink_;
    std::set<std::string_view> wanted_;
};

// Forwards a tenant, with the fingerprints of the peppers that its keys need. Keys whose pepper is not configured are
// refused already, so their peppers are left out.
class NamedPeppers final : public ArchiveSink {
public:
    NamedPeppers(PepperFingerprints configured, ArchiveSink& sink) : configured_(std::move(configured)), sink_(sink) {}

    void head(const ArchiveHead& from) override {
        auto head = from;
        head.peppers = configured_;
        std::erase_if(*head.peppers, [&](const auto& pepper) { return !from.peppers->contains(pepper.first); });
        sink_.head(head);
    }
    void table(const ArchiveTable& table) override { sink_.table(table); }
    void row(const ArchiveCells& cells) override { sink_.row(cells); }

private:
    const PepperFingerprints configured_;
    ArchiveSink& sink_;
};

std::size_t placeOf(const ArchiveTable& table, std::string_view column) {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [&](const ArchiveColumn& other) { return other.name == column; });
    if (found == table.columns.end())
        throw ArchiveRefused("table " + table.name + ": the column " + std::string(column) + " is missing");
    return static_cast<std::size_t>(found - table.columns.begin());
}

// Reads a checked archive to its end. Returns the ids of its active keys for which `isDead` is true, in their order.
template <class IsDead>
std::vector<ApiKeyId> readForDeadKeys(ArchiveSource& source, const IsDead& isDead) {
    std::vector<ApiKeyId> dead;
    while (const auto table = source.table()) {
        const bool hasKeys = table->name == kKeys;
        const auto id = hasKeys ? placeOf(*table, "id") : 0, hash = hasKeys ? placeOf(*table, "key_hash") : 0,
                   end = hasKeys ? placeOf(*table, "deleted_at") : 0;
        while (const auto row = source.row())
            if (hasKeys && !row->at(end) && isDead(*row->at(hash), *row->at(id)))
                dead.push_back(*ApiKeyId::fromBytes(*row->at(id)));
    }
    std::sort(dead.begin(), dead.end());
    return dead;
}

}  // namespace

void requirePeppers(const PepperFingerprints& needed, const PepperFingerprints& there) {
    for (const auto& [version, fingerprint] : needed) {
        const auto found = there.find(version);
        if (found == there.end() || found->second != fingerprint) throw PepperDiffers(version);
    }
}

Result<Unimportable> TransferService::exportTo(const TenantSlug& slug, ArchiveSink& sink) {
    const auto tenant = registry_.findBySlug(slug);
    if (!tenant) return noSuchTenant(slug);
    if (archive_.findMark(tenant->id)) return taken(*tenant, "is half dropped or half imported");
    NamedPeppers named(peppers_.fingerprints(), sink);
    NotedRefusal noted(RowChecks(limits(), opensOf(tenant->id)), named);
    WholeTenant whole(*tenant, newestVersion_, noted);
    archive_.read(*tenant, whole);
    whole.end();
    return noted.end();
}

Result<DroppedTenant> TransferService::drop(const TenantSlug& slug, const Keep& keep) {
    const auto found = registry_.findBySlug(slug);
    if (!found) return noSuchTenant(slug);
    const auto hold = archive_.hold(found->id);
    if (!hold) return busy(*found);
    auto planned = planDrop(slug);  // another run may have dropped it during the wait
    if (!planned.ok()) return planned.error();
    auto& dropped = planned.value();
    const auto& tenant = dropped.details.tenant;
    if (!archive_.findMark(tenant.id)) {
        const auto peppers = peppers_.fingerprints();
        dropped.file = keep([&](ArchiveSink& sink) {
            NamedPeppers named(peppers, sink);
            NotedRefusal noted(RowChecks(limits(), opensOf(tenant.id)), named);
            registry_.setStatus(tenant.id, TenantStatus::kSuspended);
            archive_.read(tenant, noted);  // `tenant` has the status from before, for a later import
            dropped.unimportable = noted.end();
        });
        archive_.markDrop(tenant, dropped.file, clock_.now());
    }
    archive_.destroy(tenant);
    return planned;
}

Result<DroppedTenant> TransferService::planDrop(const TenantSlug& slug) const {
    const auto tenant = registry_.findBySlug(slug);
    if (!tenant) return noSuchTenant(slug);
    const auto mark = archive_.findMark(tenant->id);
    return DroppedTenant{{*tenant, registry_.hostsOf(tenant->id)}, mark ? mark->file : std::string()};
}

std::optional<Tenant> TransferService::findWhole(const TenantId& id) const {
    auto tenant = registry_.findById(id);
    if (!tenant || tenant->schemaVersion == 0 || archive_.findMark(id)) return std::nullopt;
    const auto tables = archive_.tableNames(*tenant);
    // A schema of an earlier version lacks tables of this release, until `claviger migrate`.
    if (tenant->schemaVersion < newestVersion_) return tables.empty() ? std::nullopt : tenant;
    const auto known = knownTables();
    const bool all = std::all_of(known.begin(), known.end(),
                                 [&](std::string_view name) { return tables.contains(std::string(name)); });
    return all ? tenant : std::nullopt;
}

Result<ImportedTenant> TransferService::import(ArchiveSource& source, const ImportOrder& order) {
    const auto head = changedBy(order, source.head());
    const auto& tenant = head.tenant;
    requireFit(head);
    const auto hold = archive_.hold(tenant.id);
    if (!hold) return busy(tenant);
    if (auto cleared = clearHalf(head); !cleared.ok()) return cleared.error();
    CheckedRows checked(source, limits(), opensOf(tenant.id));
    ImportedTenant imported{{tenant, head.hosts}, head.writtenAt, head.peppers.has_value(), {}, {}};
    if (auto done = importHeld(checked, head, imported); !done.ok()) return done.error();
    imported.users = checked.users();
    imported.details.tenant.schemaVersion = newestVersion_;
    return imported;
}

Result<ImportedTenant> TransferService::planImport(ArchiveSource& source, const ImportOrder& order,
                                                   const DeadKeys& listed) const {
    const auto head = changedBy(order, source.head());
    const auto& tenant = head.tenant;
    requireFit(head);
    const auto hold = archive_.hold(tenant.id);
    if (!hold) return busy(tenant);
    if (auto free = checkPlace(head); !free.ok()) return free.error();
    CheckedRows checked(source, limits(), opensOf(tenant.id));
    const auto recorded = archive_.deadKeysOf(tenant.id);
    auto dead = readForDeadKeys(checked, [&](const std::string& hash, const std::string& id) {
        return recorded.has(tenant.id, hash, id) || listed.has(tenant.id, hash, id);
    });
    return ImportedTenant{{tenant, head.hosts}, head.writtenAt,  head.peppers.has_value(),
                          checked.users(),      std::move(dead), sealingAfter(checked)};
}

void TransferService::requireFit(const ArchiveHead& head) const {
    const int version = head.tenant.schemaVersion;
    if (version > newestVersion_)
        throw ArchiveRefused("the export has schema version " + std::to_string(version) + ", this release knows " +
                             std::to_string(newestVersion_) +
                             ": import it with the release that wrote it, or a later one");
    if (head.peppers && !head.peppers->empty()) requirePeppers(*head.peppers, peppers_.fingerprints());
}

ImportLimits TransferService::limits() const {
    return {std::max(passwords_.work(), kWorkOfAnyone)};
}

RowChecks::Opens TransferService::opensOf(const TenantId& tenant) const {
    return [this, tenant](const UserId& user, const secrets::PasswordHash& hash) {
        return peppers_.seal().open(tenant, user, hash).has_value();
    };
}

Result<void> TransferService::importHeld(CheckedRows& source, const ArchiveHead& head, ImportedTenant& imported) {
    if (auto begun = archive_.begin(head, clock_.now()); !begun.ok()) return begun;
    try {
        restore(source, head.tenant, imported);
        return {};
    } catch (const OutcomeUnknown&) {
        throw;  // the tenant may be open
    } catch (...) {
        archive_.destroy(head.tenant);
        throw;
    }
}

// Refuses if the tenant exists, except as a half import, or if another tenant has its place.
Result<void> TransferService::checkPlace(const ArchiveHead& head) const {
    const auto there = registry_.findById(head.tenant.id);
    if (!there) return checkFree(head);
    const auto mark = archive_.findMark(there->id);
    if (mark && mark->what == TransferMark::What::kImport) return {};
    if (mark) return taken(*there, "is there, half dropped; run `claviger tenant drop` again first");
    return taken(*there, std::string(findWhole(there->id) ? "is there" : "is there, but not whole") +
                             "; it has to be dropped before it can be imported");
}

// Removes a half import of the same tenant. Refuses if the tenant exists in any other state.
Result<void> TransferService::clearHalf(const ArchiveHead& head) {
    if (auto free = checkPlace(head); !free.ok()) return free;
    const auto half = registry_.findById(head.tenant.id);
    if (!half) return {};
    archive_.destroy(*half);
    return checkFree(head);
}

Result<void> TransferService::checkFree(const ArchiveHead& head) const {
    for (const auto& other : {registry_.findBySlug(head.tenant.slug), registry_.findBySchema(head.tenant.schema)})
        if (other) return taken(*other, "has the slug or the schema's name that this one would get");
    for (const auto& host : head.hosts)
        if (const auto owner = registry_.findByHost(host))
            return Error{ErrorCode::kHostTaken, "host " + host.text() + " belongs to tenant " + owner->slug.text()};
    return {};
}

// A migration that was stopped half-way leaves its change without its version. Then the tables fit the next version.
void TransferService::restore(CheckedRows& source, const Tenant& tenant, ImportedTenant& imported) {
    int version = tenant.schemaVersion;
    auto expected = archive_.makeTables(tenant, version);
    std::set<std::string> seen;
    while (const auto table = source.table()) {
        if (!has(expected, *table) && version < newestVersion_) expected = archive_.makeTables(tenant, ++version);
        if (!has(expected, *table))
            throw ArchiveRefused("table " + table->name + " is not as schema version " + std::to_string(version) +
                                 " has it");
        if (!seen.insert(table->name).second) throw ArchiveRefused("table " + table->name + " stands twice");
        loadTable(source, tenant, *table);
    }
    for (const auto& table : expected)
        if (!seen.contains(table.name)) throw ArchiveRefused("table " + table.name + " is missing");
    imported.sealing = sealingAfter(source);
    if (imported.sealing == SealingAfterImport::kTurnedOn) sealing_.turnOn(clock_.now());
    imported.endedKeys = archive_.open(tenant);
}

SealingAfterImport TransferService::sealingAfter(const CheckedRows& read) const {
    if (read.sealedPasswords() == 0 || sealing_.isOn()) return SealingAfterImport::kUnchanged;
    return sealing_.hostsWithoutSeal() > 0 ? SealingAfterImport::kTooEarly : SealingAfterImport::kTurnedOn;
}

void TransferService::loadTable(ArchiveSource& source, const Tenant& tenant, const ArchiveTable& table) {
    std::vector<ArchiveCells> batch;
    const auto load = [&] {
        if (!batch.empty() && isRestored(table.name)) archive_.load(tenant, table, batch);
        batch.clear();
    };
    while (auto row = source.row()) {
        batch.push_back(std::move(*row));
        if (batch.size() == kBatch) load();
    }
    load();
}

}  // namespace claviger::domain

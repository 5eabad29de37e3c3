#include "domain/tenants/transfer_service.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "domain/ports/control/migrations.h"

namespace claviger::domain {
namespace {

constexpr std::size_t kBatch = 500;             // rows in one statement
constexpr std::chrono::hours kLatestCommit{2};  // after the time of an entry
constexpr std::size_t kWorkOfAnyone = 128;      // MiB times passes: about a tenth of a second

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

// Forwards an archive unchanged, and finds the first row that an import would refuse. A table with a column of another
// release is not a fault of its rows: from that table on nothing is checked.
class NotedRefusal final : public ArchiveSink {
public:
    NotedRefusal(RowChecks checks, ArchiveSink& sink) : checks_(std::move(checks)), sink_(sink) {}

    void head(const ArchiveHead& head) override { sink_.head(head); }
    void table(const ArchiveTable& table) override {
        const bool known = std::all_of(table.columns.begin(), table.columns.end(), [&](const auto& column) {
            return findRule(table.name, column.name) != nullptr;
        });
        isKnown_ = isKnown_ && known;
        check([&] { checks_.table(table); });
        sink_.table(table);
    }
    void row(const ArchiveCells& cells) override {
        check([&] { checks_.row(cells); });
        sink_.row(cells);
    }

    Unimportable end() {
        check([&] { checks_.end(); });
        return first_;
    }

private:
    template <class Check>
    void check(const Check& holds) {
        if (!isKnown_ || !first_.empty()) return;
        try {
            holds();
        } catch (const ArchiveRefused& refused) {
            first_ = refused.what();
        }
    }

    RowChecks checks_;
    ArchiveSink& sink_;
    bool isKnown_ = true;
    Unimportable first_;
};

void readToEnd(ArchiveSource& source) {
    while (source.table())
        while (source.row()) continue;
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

Result<ImportedTenant> TransferService::import(ArchiveSource& source, const ImportOrder& order, bool dryRun) {
    const auto head = changedBy(order, source.head());
    const auto& tenant = head.tenant;
    if (tenant.schemaVersion > newestVersion_)
        throw ArchiveRefused("the export has schema version " + std::to_string(tenant.schemaVersion) +
                             ", this release knows " + std::to_string(newestVersion_) +
                             ": import it with the release that wrote it, or a later one");
    if (head.peppers && !head.peppers->empty()) requirePeppers(*head.peppers, peppers_.fingerprints());
    const auto hold = archive_.hold(tenant.id);
    if (!hold) return busy(tenant);
    if (auto cleared = clearHalf(head, dryRun); !cleared.ok()) return cleared.error();
    CheckedRows checked(source, limits(), opensOf(tenant.id));
    ImportedTenant imported{{tenant, head.hosts}, head.writtenAt, head.peppers.has_value(), {}, {}};
    if (dryRun) {
        readToEnd(checked);
    } else {
        auto ended = importHeld(checked, head);
        if (!ended.ok()) return ended.error();
        imported.endedKeys = std::move(ended).value();
        imported.details.tenant.schemaVersion = newestVersion_;
    }
    imported.users = checked.users();
    return imported;
}

ImportLimits TransferService::limits() const {
    return {std::max(passwords_.work(), kWorkOfAnyone)};
}

RowChecks::Opens TransferService::opensOf(const TenantId& tenant) const {
    return [this, tenant](const UserId& user, const secrets::PasswordHash& hash) {
        return peppers_.seal().open(tenant, user, hash).has_value();
    };
}

Result<std::vector<ApiKeyId>> TransferService::importHeld(ArchiveSource& source, const ArchiveHead& head) {
    if (auto begun = archive_.begin(head, clock_.now()); !begun.ok()) return begun.error();
    try {
        return restore(source, head.tenant);
    } catch (const OutcomeUnknown&) {
        throw;  // the tenant may be open
    } catch (...) {
        archive_.destroy(head.tenant);
        throw;
    }
}

// Removes a half import of the same tenant. Refuses if the tenant exists in any other state.
Result<void> TransferService::clearHalf(const ArchiveHead& head, bool dryRun) {
    const auto there = registry_.findById(head.tenant.id);
    if (!there) return checkFree(head);
    const auto mark = archive_.findMark(there->id);
    if (!mark || mark->what != TransferMark::What::kImport)
        return taken(*there, mark ? "is this tenant, half dropped; run `claviger tenant drop` again first"
                                  : "is this tenant; it has to be dropped before it can be imported");
    if (!dryRun) archive_.destroy(*there);
    return dryRun ? Result<void>() : checkFree(head);
}

Result<void> TransferService::checkFree(const ArchiveHead& head) const {
    for (const auto& other : {registry_.findBySlug(head.tenant.slug), registry_.findBySchema(head.tenant.schema)})
        if (other) return taken(*other, "has the slug or the schema's name that this one would get");
    for (const auto& host : head.hosts)
        if (const auto owner = registry_.findByHost(host))
            return Error{ErrorCode::kHostTaken, "host " + host.text() + " belongs to tenant " + owner->slug.text()};
    return {};
}

TransferService::DeadKeysSpan TransferService::spanOfDeadKeys(const std::optional<Timestamp>& since) const {
    DeadKeysSpan span{since, archive_.now()};  // before the first row is read
    if (since) *span.since -= kLatestCommit;
    return span;
}

Unimportable TransferService::readDeadKeys(const DeadKeysSpan& span, ArchiveSink& sink) {
    NotedRefusal noted(RowChecks(limits(), {}), sink);
    archive_.readDead(span.since, noted);
    return noted.end();
}

std::size_t TransferService::rememberDeadKeys(ArchiveSource& source, bool dryRun) {
    const auto table = source.table();
    if (!table || *table != deadKeysTable()) throw ArchiveRefused("the table of dead keys is missing");
    RowChecks checks(limits(), {});
    checks.table(*table);
    std::size_t count = 0;
    std::vector<ArchiveCells> batch;
    const auto load = [&] {
        if (!batch.empty() && !dryRun) archive_.loadDead(batch);
        count += batch.size();
        batch.clear();
    };
    while (auto row = source.row()) {
        checks.row(*row);
        batch.push_back(std::move(*row));
        if (batch.size() == kBatch) load();
    }
    load();
    if (source.table()) throw ArchiveRefused("something follows the dead keys");
    return count;
}

// A migration that was stopped half-way leaves its change without its version. Then the tables fit the next version.
std::vector<ApiKeyId> TransferService::restore(ArchiveSource& source, const Tenant& tenant) {
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
    return archive_.open(tenant);
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

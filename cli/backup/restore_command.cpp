#include "cli/backup/restore_command.h"

#include <algorithm>
#include <fstream>

#include "cli/backup/backup_folder.h"
#include "cli/backup/dead_keys_command.h"
#include "cli/backup/export_reader.h"
#include "cli/backup/transfer_commands.h"
#include "cli/frame/failure.h"
#include "domain/base/failure_of.h"
#include "domain/base/parallel.h"

namespace claviger::cli {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kDefaultJobs = 4;  // imports mostly wait for the disk
constexpr unsigned kMostJobs = 32;    // each holds up to three connections

// The result for one tenant of a backup: it was restored, or was there already, or was refused.
struct Restored {
    std::string file{};
    std::optional<domain::ImportedTenant> tenant{};
    std::optional<domain::TenantSlug> there{};
    std::string why{};
};

struct RestoreOrder {
    fs::path folder;
    std::vector<std::string> deadKeys{};  // files
    domain::ImportOrder each{};
    unsigned jobs = kDefaultJobs;
    bool dryRun = false;
};

domain::ImportedTenant importFrom(domain::TransferService& transfers, const RestoreOrder& order, std::istream& in,
                                  const domain::DeadKeys& listed) {
    ExportReader reader(in);
    auto imported =
        order.dryRun ? transfers.planImport(reader, order.each, listed) : transfers.import(reader, order.each);
    if (!imported.ok()) throw domain::ArchiveRefused(imported.error().detail);
    return std::move(imported).value();
}

// Leaves a tenant that is whole as it is.
Restored restoreTenant(domain::TransferService& transfers, const RestoreOrder& order, const std::string& file,
                       const domain::DeadKeys& listed) {
    std::ifstream in(order.folder / file);
    if (!in) return {.file = file, .why = "cannot be read"};
    Restored restored{.file = file};
    restored.why = domain::failureOf([&] {
        if (const auto there = transfers.findWhole(ExportReader(in).head().tenant.id)) {
            restored.there = there->slug;
            return;
        }
        in.seekg(0);
        restored.tenant = importFrom(transfers, order, in, listed);
    });
    return restored;
}

// Imports several files at a time. A problem of one file stops no other.
std::vector<Restored> restoreTenants(domain::TransferService& transfers, const RestoreOrder& order,
                                     const std::vector<std::string>& files, const domain::DeadKeys& listed) {
    std::vector<Restored> all(files.size());
    domain::forEachInParallel(order.jobs, files.size(),
                              [&](std::size_t i) { all[i] = restoreTenant(transfers, order, files[i], listed); });
    return all;
}

// The parts of an answer, as they grow.
struct Report {
    std::string text{}, problem{};
    JsonArray tenants{}, alreadyThere{}, refused{}, missing{}, gaps{};
};

void addRestored(Report& report, const domain::ImportedTenant& tenant) {
    JsonArray ended;
    for (const auto& key : tenant.endedKeys) ended.add(key.text());
    const auto& slug = tenant.details.tenant.slug.text();
    report.tenants.add(jsonObject({{"tenant", slug}, {"deadKeys", ended}}));
    report.text +=
        "Restored " + slug + "; keys that have died since, and stay dead: " + std::to_string(ended.size()) + "\n";
}

void addTenants(Report& report, const std::vector<Restored>& all) {
    std::string there;
    for (const auto& [file, tenant, slug, why] : all) {
        if (tenant) {
            addRestored(report, *tenant);
        } else if (slug) {
            report.alreadyThere.add(slug->text());
            there += (there.empty() ? "" : ", ") + slug->text();
        } else {
            report.refused.add(jsonObject({{"file", file}, {"message", why}}));
            report.problem += file + ": " + why + "\n";
        }
    }
    if (report.tenants.empty() && report.refused.empty() && report.missing.empty())
        report.text += "Nothing is missing. ";
    report.text += there.empty() ? "" : "Already there, and left as they are: " + there + "\n";
}

void addMissing(Report& report, const BackupHead& head) {
    for (const auto& [tenant, why] : head.missing) {
        report.missing.add(jsonObject({{"tenant", tenant}, {"message", why}}));
        report.problem += tenant + " is not in the backup: " + why + "\n";
    }
}

// What comes back concerns restored tenants only.
void addWarnings(Report& report, const BackupHead& head, const DeadKeyLists& deaths) {
    report.text += "Keys of the lists that are now recorded as dead: " + std::to_string(deaths.count) + ".\n";
    for (const auto& gap : deaths.gaps) report.gaps.add(gap);
    if (report.tenants.empty()) return;
    for (const auto& gap : deaths.gaps)
        report.problem +=
            "no list has the keys that died in the time " + gap + ": give the list of dead keys that does\n";
    report.text +=
        "What died after the newest of these lists was written lives again: revoke it.\nUsers of the restored tenants "
        "are as they were at the backup of " +
        head.writtenAt + ": a suspension or a new password since then is undone.\n";
}

Answer toAnswer(const std::vector<Restored>& all, const BackupHead& head, const DeadKeyLists& deaths) {
    Report report;
    addMissing(report, head);
    addTenants(report, all);
    addWarnings(report, head, deaths);
    const bool nothing = report.tenants.empty() && report.alreadyThere.empty() && deaths.count == 0;
    Answer answer{
        report.text,
        jsonObject({{"writtenAt", head.writtenAt},
                    {"tenants", report.tenants},
                    {"alreadyThere", report.alreadyThere},
                    {"refused", report.refused},
                    {"missing", report.missing},
                    {"knownDeadKeys", deaths.count},
                    {"knownUpTo", deaths.upTo.empty() ? Poco::Dynamic::Var() : Poco::Dynamic::Var(deaths.upTo)},
                    {"gaps", report.gaps}})};
    answer.problem = report.problem;
    if (!answer.problem.empty())
        answer.status = nothing && !report.refused.empty() ? ExitStatus::kConflict : ExitStatus::kPartlyDone;
    return answer;
}

domain::SealingAfterImport sealingAfter(const std::vector<Restored>& all) {
    auto sealing = domain::SealingAfterImport::kUnchanged;
    for (const auto& one : all)
        if (one.tenant) sealing = std::max(sealing, one.tenant->sealing);
    return sealing;
}

void checkFolder(const fs::path& folder) {
    std::error_code ignored;
    const auto type = fs::status(folder, ignored).type();
    if (type == fs::file_type::not_found) throw usageFailure("FOLDER: there is no folder " + folder.string());
    if (type == fs::file_type::regular)
        throw usageFailure("FOLDER: " + folder.string() + " is a file",
                           "Name the folder of the backup. `claviger tenant import` restores a single export.");
}

Answer restore(Services& services, const RestoreOrder& order) {
    checkFolder(order.folder);
    const auto head = readBackupHead(order.folder);
    domain::requirePeppers(head.peppers, services.pepperFile().fingerprints);
    std::vector<fs::path> lists{order.folder / kDeadKeysFile};
    lists.insert(lists.end(), order.deadKeys.begin(), order.deadKeys.end());
    const auto deaths = readDeadKeys(services, lists, order.dryRun);
    const auto all = restoreTenants(services.transfers(), order, head.files, deaths.keys);
    auto answer = toAnswer(all, head, deaths);
    addSealing(answer, sealingAfter(all));
    return order.dryRun ? asRehearsal(answer) : answer;
}

}  // namespace

void addRestoreCommand(CLI::App& app, Verb& chosen) {
    auto* const verb =
        addVerb(app, "restore",
                "Bring the tenants of a backup back, onto an empty server after `claviger migrate`, or "
                "those that are missing; a tenant that is there already stays as it is. No key lives again that is "
                "known to have died: known here, in "
                "the backup, or in a later list of `dead-keys`. Sessions are gone; users and passwords are as they "
                "were, so a suspension since the backup is undone: --suspended leaves time to look. Refuses "
                "a backup whose keys need another pepper. One tenant that cannot come back, or is not in the backup, "
                "does not stop the others (exit status 5). Stopped at any moment, it goes on where it was when it is "
                "run again.",
                "  claviger restore /backup/claviger-2026-11-24 --dead-keys /elsewhere/dead-keys.json\n"
                "  claviger restore /backup/claviger-2026-11-24 --suspended");
    const auto folder = std::make_shared<std::string>();
    const auto lists = std::make_shared<std::vector<std::string>>();
    const auto suspended = std::make_shared<bool>(false);
    verb->add_option("FOLDER", *folder, "The backup")->type_name("FOLDER")->required();
    verb->add_option("--dead-keys", *lists, "A later list of dead keys; more than once for more")->type_name("FILE");
    addSuspendedFlag(*verb, *suspended);
    const auto jobs = std::make_shared<unsigned>(kDefaultJobs);
    verb->add_option("--jobs", *jobs, "Tenants at a time")
        ->type_name("N")
        ->option_text("N (1 to 32; 4)")
        ->check(CLI::Range(1U, kMostJobs))
        ->capture_default_str();
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        RestoreOrder order{*folder, *lists, {}, *jobs, *dryRun};
        if (*suspended) order.each.status = domain::TenantStatus::kSuspended;
        chosen = [order](Services& services) { return restore(services, order); };
    });
}

}  // namespace claviger::cli

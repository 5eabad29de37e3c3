#include "cli/backup/restore_command.h"

#include <fstream>

#include "cli/backup/backup_folder.h"
#include "cli/backup/dead_keys_command.h"
#include "cli/backup/export_reader.h"
#include "cli/backup/transfer_commands.h"
#include "cli/frame/failure.h"
#include "domain/base/failure_of.h"
#include "domain/tenants/parallel.h"

namespace claviger::cli {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kDefaultJobs = 4;  // imports mostly wait for the disk
constexpr unsigned kMostJobs = 32;    // each holds up to three connections

// The result for one tenant of a backup.
struct Restored {
    std::string file{};
    std::optional<domain::ImportedTenant> tenant{};
    std::string why{};
};

struct RestoreOrder {
    fs::path folder;
    std::vector<std::string> deadKeys{};  // files
    domain::ImportOrder each{};
    unsigned jobs = kDefaultJobs;
    bool dryRun = false;
};

Restored restoreTenant(domain::TransferService& transfers, const RestoreOrder& order, const std::string& file) {
    std::ifstream in(order.folder / file);
    if (!in) return {file, {}, "cannot be read"};
    Restored restored{file, {}};
    restored.why = domain::failureOf([&] {
        ExportReader reader(in);
        auto imported = transfers.import(reader, order.each, order.dryRun);
        if (!imported.ok()) throw domain::ArchiveRefused(imported.error().detail);
        restored.tenant = std::move(imported).value();
    });
    return restored;
}

// Imports several files at a time. A problem of one file stops no other.
std::vector<Restored> restoreTenants(domain::TransferService& transfers, const RestoreOrder& order,
                                     const std::vector<std::string>& files) {
    std::vector<Restored> all(files.size());
    domain::forEachInParallel(order.jobs, files.size(),
                              [&](std::size_t i) { all[i] = restoreTenant(transfers, order, files[i]); });
    return all;
}

Answer toAnswer(const std::vector<Restored>& all, const BackupHead& head, const DeadKeyLists& deaths) {
    JsonArray tenants, refused;
    std::string text, trouble;
    for (const auto& [file, tenant, why] : all) {
        if (!tenant) {
            refused.add(jsonObject({{"file", file}, {"message", why}}));
            trouble += file + ": " + why + "\n";
            continue;
        }
        JsonArray ended;
        for (const auto& key : tenant->endedKeys) ended.add(key.text());
        const auto& slug = tenant->details.tenant.slug.text();
        tenants.add(jsonObject({{"tenant", slug}, {"deadKeys", ended}}));
        text +=
            "Restored " + slug + "; keys that have died since, and stay dead: " + std::to_string(ended.size()) + "\n";
    }
    JsonArray missing;
    for (const auto& [tenant, why] : head.missing) {
        missing.add(jsonObject({{"tenant", tenant}, {"message", why}}));
        trouble += tenant + " is not in the backup: " + why + "\n";
    }
    JsonArray gaps;
    for (const auto& gap : deaths.gaps) {
        gaps.add(gap);
        trouble += "no list has the keys that died in the time " + gap + ": give the list of dead keys that does\n";
    }
    text += "Dead keys that were known: " + std::to_string(deaths.count) +
            ". What died after the newest list of them was written lives again: revoke it.\nUsers are as they were at "
            "the backup of " +
            head.writtenAt + ": a suspension or a new password since then is undone.\n";
    Answer answer{
        text, jsonObject({{"writtenAt", head.writtenAt},
                          {"tenants", tenants},
                          {"refused", refused},
                          {"missing", missing},
                          {"knownDeadKeys", deaths.count},
                          {"knownUpTo", deaths.upTo.empty() ? Poco::Dynamic::Var() : Poco::Dynamic::Var(deaths.upTo)},
                          {"gaps", gaps}})};
    answer.trouble = trouble;
    const bool none = tenants.empty() && !refused.empty();
    if (!trouble.empty()) answer.status = none ? ExitStatus::kConflict : ExitStatus::kPartlyDone;
    return answer;
}

Answer restore(Services& services, const RestoreOrder& order) {
    const auto head = readBackupHead(order.folder);
    domain::requirePeppers(head.peppers, services.pepperFile().fingerprints);
    std::vector<fs::path> lists{order.folder / kDeadKeysFile};
    lists.insert(lists.end(), order.deadKeys.begin(), order.deadKeys.end());
    const auto deaths = readDeadKeys(services, lists, order.dryRun);
    const auto all = restoreTenants(services.transfers(), order, head.files);
    const auto answer = toAnswer(all, head, deaths);
    return order.dryRun ? asRehearsal(answer) : answer;
}

}  // namespace

void addRestoreCommand(CLI::App& app, Verb& chosen) {
    auto* const verb =
        addVerb(app, "restore",
                "Bring the tenants of a backup back, onto an empty server after `claviger migrate`, or "
                "those that are missing. No key lives again that is known to have died: known here, in "
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

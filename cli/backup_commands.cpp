#include "cli/backup_commands.h"

#include <fstream>
#include <functional>

#include "cli/backup_folder.h"
#include "cli/export_file.h"
#include "cli/export_format.h"
#include "cli/export_reader.h"
#include "cli/failure.h"
#include "cli/transfer_commands.h"

namespace claviger::cli {
namespace {

namespace fs = std::filesystem;

using Fill = std::function<void(ExportWriter&)>;

void writeExport(const fs::path& path, const Fill& fill) {
    ExportFile file(path);
    ExportWriter writer([&](const std::string& line) { file.write(line); });
    fill(writer);
    writer.end();
    file.keep();
}

void writeDeadKeys(Services& services, const fs::path& path) {
    writeExport(path, [&](ExportWriter& writer) {
        writer.headOfDeadKeys();
        services.transfers().readDeadKeys(writer);
    });
}

// The peppers without which some living key would be refused after a restore.
std::map<int, std::string> peppersNeeded(Services& services) {
    auto needed = services.pepperFile().fingerprints;
    const auto keys = services.peppers().status().together;
    std::erase_if(needed, [&](const auto& pepper) { return !keys.contains(pepper.first); });
    return needed;
}

// The dead keys last but one: who dies while the tenants are written is dead after a restore.
Answer backUp(Services& services, const fs::path& folder) {
    const auto tenants = services.tenants().list();
    BackupHead head{domain::iso8601(domain::SystemClock().now()), peppersNeeded(services), {}};
    makeBackupFolder(folder);
    JsonArray written, left;
    std::string trouble;
    for (const auto& [tenant, hosts] : tenants) {
        const auto& slug = tenant.slug.text();
        const auto file = slug + ".claviger-export.json";
        domain::Result<void> result;
        try {
            writeExport(folder / file, [&](ExportWriter& writer) {
                result = services.transfers().exportTo(tenant.slug, writer);
                if (!result.ok()) throw failureOf(result.error());
            });
            head.files.push_back(file);
            written.add(slug);
        } catch (const Failure& failure) {
            if (result.ok()) throw;  // it is not about this tenant
            left.add(slug);
            trouble += slug + " is not in the backup: " + failure.what() + "\n";
        }
    }
    writeDeadKeys(services, folder / kDeadKeysFile);
    writeBackupHead(folder, head);
    const auto path = fs::absolute(folder).string();
    auto answer = answerOf("Backed up " + std::to_string(head.files.size()) + " tenants to " + path +
                               "\nThe pepper is not in it: keep that apart, and both safe.\n",
                           jsonObject({{"folder", path}, {"tenants", written}, {"left", left}}), path + "\n");
    answer.trouble = trouble;
    if (!trouble.empty()) answer.status = ExitStatus::kPartlyDone;
    return answer;
}

void checkPeppers(Services& services, const BackupHead& head) {
    const auto there = services.pepperFile().fingerprints;
    for (const auto& [version, fingerprint] : head.peppers) {
        const auto found = there.find(version);
        if (found == there.end() || found->second != fingerprint)
            throw Failure(ExitStatus::kFailed, "pepper_differs",
                          "keys of the backup need the pepper of version " + std::to_string(version) +
                              ", and it is not the one that is configured",
                          "Nothing was changed. Bring the pepper back from its own backup: pepper.file, or "
                          "pepper.other_file for an earlier one.");
    }
}

std::size_t readDeadKeys(Services& services, const fs::path& path, bool dryRun) {
    std::ifstream in(path);
    if (!in) throw domain::ArchiveRefused(path.string() + " cannot be read");
    try {
        ExportReader reader(in);
        reader.headOfDeadKeys();
        return services.transfers().rememberDeadKeys(reader, dryRun);
    } catch (const domain::ArchiveRefused& refused) {
        throw domain::ArchiveRefused(path.string() + ": " + refused.what());
    }
}

// What has become of one tenant of a backup.
struct Restored {
    std::string file;
    std::optional<domain::ImportedTenant> tenant;
    std::string why{};
};

struct RestoreOrder {
    fs::path folder;
    std::vector<std::string> deadKeys{};  // files
    domain::ImportOrder each{};
    bool dryRun = false;
};

Restored restoreTenant(Services& services, const RestoreOrder& order, const std::string& file) {
    std::ifstream in(order.folder / file);
    if (!in) return {file, {}, "cannot be read"};
    try {
        ExportReader reader(in);
        auto imported = services.transfers().import(reader, order.each, order.dryRun);
        if (!imported.ok()) return {file, {}, imported.error().detail};
        return {file, std::move(imported).value()};
    } catch (const domain::ArchiveRefused& refused) {
        return {file, {}, refused.what()};
    }
}

Answer answerOf(const std::vector<Restored>& all, const BackupHead& head, std::size_t deaths) {
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
    text += "Dead keys that were known: " + std::to_string(deaths) +
            ". What died after the newest list of them was written lives again: revoke it.\nUsers are as they were at "
            "the backup of " +
            head.writtenAt + ": a suspension or a new password since then is undone.\n";
    Answer answer{
        text,
        jsonObject(
            {{"writtenAt", head.writtenAt}, {"tenants", tenants}, {"refused", refused}, {"knownDeadKeys", deaths}})};
    answer.trouble = trouble;
    if (!trouble.empty()) answer.status = tenants.size() > 0 ? ExitStatus::kPartlyDone : ExitStatus::kConflict;
    return answer;
}

Answer restore(Services& services, const RestoreOrder& order) {
    const auto head = readBackupHead(order.folder);
    checkPeppers(services, head);
    std::size_t deaths = readDeadKeys(services, order.folder / kDeadKeysFile, order.dryRun);
    for (const auto& list : order.deadKeys) deaths += readDeadKeys(services, list, order.dryRun);
    std::vector<Restored> all;
    for (const auto& file : head.files) all.push_back(restoreTenant(services, order, file));
    const auto answer = answerOf(all, head, deaths);
    return order.dryRun ? asRehearsal(answer) : answer;
}

void addBackup(CLI::App& app, Verb& chosen) {
    const auto folder = std::make_shared<std::string>();
    addVerb(
        app, "backup",
        "Write every tenant, each as of one moment, and the list of dead keys to a new folder that `restore` reads. "
        "Without the pepper, which is in none of it, no key can be found in it: keep the two apart.",
        "  claviger backup /backup/claviger-2026-11-24")
        ->callback([=, &chosen] {
            if (folder->empty()) throw usageFailure("FOLDER: it needs a name");
            chosen = [folder](Services& services) { return backUp(services, *folder); };
        })
        ->add_option("FOLDER", *folder, "The folder to make")
        ->type_name("FOLDER")
        ->required();
}

void addRestore(CLI::App& app, Verb& chosen) {
    auto* const verb =
        addVerb(app, "restore",
                "Bring the tenants of a backup back, onto an empty server after `claviger migrate`, or "
                "those that are missing. No key lives again that is known to have died: known here, in "
                "the backup, or in a later list of `dead-keys`. Sessions are gone; users and passwords are as they "
                "were, so a suspension since the backup is undone: --suspended leaves time to look. Refuses"
                " a backup whose keys need another pepper.",
                "  claviger restore /backup/claviger-2026-11-24 --dead-keys /elsewhere/dead-keys.json\n"
                "  claviger restore /backup/claviger-2026-11-24 --suspended");
    const auto folder = std::make_shared<std::string>();
    const auto lists = std::make_shared<std::vector<std::string>>();
    const auto suspended = std::make_shared<bool>(false);
    verb->add_option("FOLDER", *folder, "The backup")->type_name("FOLDER")->required();
    verb->add_option("--dead-keys", *lists, "A later list of dead keys; more than once for more")->type_name("FILE");
    addSuspendedFlag(*verb, *suspended);
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        RestoreOrder order{*folder, *lists, {}, *dryRun};
        if (*suspended) order.each.status = domain::TenantStatus::kSuspended;
        chosen = [order](Services& services) { return restore(services, order); };
    });
}

void addDeadKeys(CLI::App& app, Verb& chosen) {
    const auto file = std::make_shared<std::string>();
    addVerb(
        app, "dead-keys",
        "Write the list of all dead keys, as hashes. Taken every few minutes and kept on another machine, the newest "
        "one keeps a backup of last night from reviving what was revoked today.",
        "  claviger dead-keys /elsewhere/dead-keys-0815.json")
        ->callback([=, &chosen] {
            if (file->empty()) throw usageFailure("FILE: it needs a name");
            chosen = [file](Services& services) {
                writeDeadKeys(services, *file);
                const auto path = fs::absolute(*file).string();
                return claviger::cli::answerOf("Wrote the dead keys to " + path + "\n", jsonObject({{"file", path}}),
                                               path + "\n");
            };
        })
        ->add_option("FILE", *file, "The file to make")
        ->type_name("FILE")
        ->required();
}

}  // namespace

void addBackupCommands(CLI::App& app, Verb& chosen) {
    addBackup(app, chosen);
    addRestore(app, chosen);
    addDeadKeys(app, chosen);
}

}  // namespace claviger::cli

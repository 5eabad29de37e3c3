#include "cli/backup/backup_commands.h"

#include "cli/backup/backup_folder.h"
#include "cli/backup/dead_keys_command.h"
#include "cli/backup/export_file.h"
#include "cli/backup/export_format.h"
#include "cli/backup/restore_command.h"
#include "cli/frame/failure.h"
#include "domain/base/failure_of.h"

namespace claviger::cli {
namespace {

namespace fs = std::filesystem;

// A file cannot be written into the folder. That is no tenant's fault, so it ends the backup.
struct FolderFailure {
    Failure failure;
};

template <class Work>
void onFile(const Work& work) {
    try {
        work();
    } catch (const Failure& failure) {
        throw FolderFailure{failure};
    }
}

// A file of a backup that a restore would refuse.
struct Refused {
    std::string file, why;
};

domain::Unimportable writeTenant(domain::TransferService& transfers, const domain::TenantSlug& slug,
                                 const fs::path& path) {
    std::optional<ExportFile> file;
    onFile([&] { file.emplace(path); });
    ExportWriter writer([&](const std::string& line) { onFile([&] { file->write(line); }); });
    const auto written = transfers.exportTo(slug, writer);
    if (!written.ok()) throw failureOf(written.error());
    writer.end();
    onFile([&] { file->keep(); });
    return written.value();
}

// Returns the peppers without which some active key or some password would be refused after a restore.
std::map<int, std::string> peppersNeeded(Services& services) {
    auto needed = services.pepperFile().fingerprints;
    const auto status = services.peppers().status();
    std::erase_if(needed, [&](const auto& pepper) {
        return !status.together.contains(pepper.first) && !status.passwords.contains(pepper.first);
    });
    return needed;
}

// Writes each tenant's export. Returns the written files that a restore would refuse.
std::vector<Refused> writeTenants(Services& services, const fs::path& folder, BackupHead& head) {
    std::vector<Refused> all;
    for (const auto& [tenant, hosts] : services.tenants().list()) {
        const auto& slug = tenant.slug.text();
        const auto file = slug + ".claviger-export.json";
        domain::Unimportable refused;
        const auto why =
            domain::failureOf([&] { refused = writeTenant(services.transfers(), tenant.slug, folder / file); });
        if (why.empty())
            head.files.push_back(file);
        else
            head.missing.push_back({slug, why});
        if (!refused.empty()) all.push_back({file, refused});
    }
    return all;
}

Answer toAnswer(const BackupHead& head, const std::vector<Refused>& unrestorable, const fs::path& folder) {
    const auto path = fs::absolute(folder).string();
    JsonArray written, missing, refused;
    std::string problem;
    for (const auto& file : head.files) written.add(file.substr(0, file.find('.')));
    for (const auto& [tenant, why] : head.missing) {
        missing.add(jsonObject({{"tenant", tenant}, {"message", why}}));
        problem += tenant + " is not in the backup: " + why + "\n";
    }
    for (const auto& [file, why] : unrestorable) {
        refused.add(jsonObject({{"file", file}, {"message", why}}));
        problem += file + " is written, but `restore` would refuse it: " + why +
                   ". Fix that row in the database, or in the file before a restore.\n";
    }
    auto answer = answerOf(
        "Backed up " + std::to_string(head.files.size()) + " tenants to " + path +
            "\nThe pepper is not in it: keep that apart, and both safe.\n",
        jsonObject({{"folder", path}, {"tenants", written}, {"missing", missing}, {"refused", refused}}), path + "\n");
    answer.problem = problem;
    if (!problem.empty()) answer.status = ExitStatus::kPartlyDone;
    return answer;
}

// Writes the tenants, then the dead keys, then the head. The dead keys follow the tenants so that a key revoked while
// the tenants are written is dead after a restore.
Answer backUp(Services& services, const fs::path& folder) {
    BackupHead head{domain::iso8601(domain::SystemClock().now()), peppersNeeded(services), {}, {}};
    std::vector<Refused> refused;
    makeBackupFolder(folder);
    try {
        refused = writeTenants(services, folder, head);
    } catch (const FolderFailure& full) {
        throw full.failure;
    }
    const auto unknowable = writeDeadKeys(services, folder / kDeadKeysFile);
    if (!unknowable.empty()) refused.push_back({kDeadKeysFile, unknowable});
    writeBackupHead(folder, head);
    return toAnswer(head, refused, folder);
}

void addBackup(CLI::App& app, Verb& chosen) {
    const auto folder = std::make_shared<std::string>();
    addVerb(
        app, "backup",
        "Write every tenant, each as of one moment, and the list of dead keys to a new folder that `restore` reads. "
        "Without the pepper, which is in none of it, no key can be found in it: keep the two apart. A tenant that "
        "cannot be written is named and stops no other (exit status 5). A file that `restore` would refuse is "
        "written and named, with the row and the rule (5).",
        "  claviger backup /backup/claviger-2026-11-24")
        ->callback([=, &chosen] {
            if (folder->empty()) throw usageFailure("FOLDER: it needs a name");
            chosen = [folder](Services& services) { return backUp(services, *folder); };
        })
        ->add_option("FOLDER", *folder, "The folder to make")
        ->type_name("FOLDER")
        ->required();
}

}  // namespace

void addBackupCommands(CLI::App& app, Verb& chosen) {
    addBackup(app, chosen);
    addRestoreCommand(app, chosen);
    addDeadKeysCommand(app, chosen);
}

}  // namespace claviger::cli

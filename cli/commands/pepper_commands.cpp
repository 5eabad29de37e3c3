#include "cli/commands/pepper_commands.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "cli/frame/failure.h"
#include "cli/frame/output.h"
#include "domain/secrets/pepper.h"

namespace claviger::cli {
namespace {

namespace fs = std::filesystem;

using domain::KeysByPepper;
using domain::PepperStatus;

JsonObject toJson(const KeysByPepper& keys) {
    JsonObject object(Poco::JSON_PRESERVE_KEY_ORDER);
    for (const auto& [version, count] : keys) object.set(std::to_string(version), count);
    return object;
}

std::size_t countOf(const KeysByPepper& keys, int version) {
    const auto found = keys.find(version);
    return found != keys.end() ? found->second : 0;
}

// Returns the versions that are configured or needed.
std::vector<int> versionsOf(const PepperStatus& status) {
    auto keys = status.together;
    keys.try_emplace(status.current);
    if (status.other) keys.try_emplace(*status.other);
    std::vector<int> versions;
    for (const auto& [version, count] : keys) versions.push_back(version);
    return versions;
}

std::string tableOf(const PepperStatus& status) {
    const auto versions = versionsOf(status);
    const auto cells = [&](const std::string& name, const KeysByPepper& keys) {
        Cells row{name};
        for (const int version : versions) row.push_back(std::to_string(countOf(keys, version)));
        return row;
    };
    Cells heading{"ACTIVE KEYS OF"};
    for (const int version : versions) heading.push_back("PEPPER " + std::to_string(version));
    std::vector<Cells> rows;
    for (const auto& [tenant, keys, passwords] : status.tenants) rows.push_back(cells(tenant.slug.text(), keys));
    rows.push_back(cells("(all)", status.together));
    return table(heading, rows);
}

std::string whatIsNext(const PepperStatus& status) {
    const auto current = std::to_string(status.current);
    std::string text;
    if (status.lost() > 0)
        text += std::to_string(status.lost()) +
                " active keys are stored with a pepper that is not configured, and are refused: bring it back as "
                "pepper.other_file.\n";
    if (!status.other) return text + "Pepper " + current + " lives alone.\n";
    const auto other = std::to_string(*status.other);
    if (!status.uncounted.empty()) return text + "Keep pepper " + other + ": not all tenants could be counted.\n";
    if (*status.other > status.current)
        return text + "Pepper " + other +
               " waits. When every host knows it as pepper.other_file, let it be pepper.file, and " + current +
               " the other.\n";
    if (!status.otherIsUnused())
        return text + "Keys move to pepper " + current + " when they are used, sealed passwords at a sign-in or by " +
               "`claviger pepper seal`. Until none is left with pepper " + other +
               ", keep it: a key that is left dies with it.\n";
    return text + "No active key and no password needs pepper " + other +
           ": take pepper.other_file away, but no sooner than 12 hours after pepper " + current +
           " took over, or those who are signed in since before sign in again.\n";
}

std::string versionsOfLost(const PepperStatus& status) {
    std::string versions;
    for (const auto& [version, count] : status.passwords)
        if (version != 0 && version != status.current && version != status.other)
            versions += (versions.empty() ? "" : ", ") + std::to_string(version);
    return versions;
}

// Returns an empty text as long as no password is sealed.
std::string passwordsOf(const PepperStatus& status) {
    const auto& passwords = status.passwords;
    const bool isOff = passwords.empty() || (passwords.size() == 1 && passwords.contains(0));
    if (isOff) return {};
    std::string counts;
    for (const auto& [version, count] : passwords)
        counts += (counts.empty() ? "" : ", ") + std::to_string(count) +
                  (version == 0 ? " not sealed" : " sealed with pepper " + std::to_string(version));
    std::string text = "Stored passwords: " + counts + ".\n";
    const bool isComplete = passwords.size() == 1 && passwords.contains(status.current);
    if (isComplete) return text;
    const std::string seals =
        "`claviger pepper seal` seals them all with pepper " + std::to_string(status.current) + ".\n";
    if (status.lostPasswords() == 0) return text + seals;
    return text + "Of " + std::to_string(status.lostPasswords()) + " the pepper is not configured (version " +
           versionsOfLost(status) +
           "), and their users cannot sign in: bring it back as pepper.other_file. Only then " + seals;
}

Answer showStatus(Services& services) {
    const auto status = services.peppers().status();
    JsonArray tenants;
    for (const auto& [tenant, keys, passwords] : status.tenants)
        tenants.add(
            jsonObject({{"tenant", tenant.slug.text()}, {"keys", toJson(keys)}, {"passwords", toJson(passwords)}}));
    auto document = jsonObject({{"current", status.current},
                                {"keys", toJson(status.together)},
                                {"lost", status.lost()},
                                {"passwords", toJson(status.passwords)},
                                {"lostPasswords", status.lostPasswords()},
                                {"otherIsUnused", status.otherIsUnused()},
                                {"tenants", tenants}});
    if (status.other) document.set("other", *status.other);
    JsonArray failed;
    std::string problem;
    for (const auto& [tenant, why] : status.uncounted) {
        failed.add(jsonObject({{"tenant", tenant.slug.text()}, {"message", why}}));
        problem += "the keys and passwords of " + tenant.slug.text() + " could not be counted: " + why + "\n";
    }
    document.set("failed", failed);
    auto answer = answerOf(tableOf(status) + whatIsNext(status) + passwordsOf(status), std::move(document), "");
    answer.problem = problem;
    if (!problem.empty()) answer.status = ExitStatus::kPartlyDone;
    return answer;
}

// Gives the new pepper to the owner of the pepper in use, the account of the workers. No other account can read it.
void giveToOwnerOf(const fs::path& pepper, const fs::path& file) {
    struct stat status {};
    if (::stat(pepper.c_str(), &status) != 0 || ::chown(file.c_str(), status.st_uid, status.st_gid) != 0)
        throw Failure(ExitStatus::kFailed, "internal",
                      file.string() + " was made, but does not belong to the owner of " + pepper.string(),
                      "Give it to the account of the workers (chown).");
}

Answer rotate(Services& services, const fs::path& file, bool dryRun) {
    const auto pepper = services.pepperFile();
    if (pepper.other)
        throw Failure(ExitStatus::kConflict, "pepper_rotating", "two peppers live already",
                      "`claviger pepper status` says what the rotation that is under way waits for.");
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(file, ignored)))
        throw Failure(ExitStatus::kConflict, "file_exists", file.string() + " exists", "Give another name.");
    const int version = pepper.version + 1;
    if (!dryRun) {
        try {
            domain::secrets::Pepper::create(file, version);
        } catch (const std::runtime_error& failure) {
            throw Failure(ExitStatus::kFailed, "pepper_not_written", failure.what());
        }
        giveToOwnerOf(pepper.file, file);
    }
    const Answer answer =
        answerOf("Made pepper " + std::to_string(version) + " in " + file.string() +
                     ". Keep a backup of it, apart from the database's.\n"
                     "1. On every host: copy it there, set pepper.other_file = " +
                     file.string() +
                     ", reload the workers (SIGHUP).\n"
                     "2. Then on every host: swap pepper.file and pepper.other_file, reload.\n"
                     "3. Where passwords are sealed: `claviger pepper seal`.\n"
                     "4. When `claviger pepper status` says that the old one is not needed: take it away, reload.\n",
                 jsonObject({{"version", version}, {"file", file.string()}}), file.string() + "\n");
    return dryRun ? asRehearsal(answer) : answer;
}

std::string numberOf(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " stored password" : " stored passwords");
}

domain::PasswordsSealed sealAll(Services& services, bool dryRun) {
    try {
        return dryRun ? services.peppers().planSealing() : services.peppers().sealPasswords();
    } catch (const domain::SealingTooEarly& early) {
        throw Failure(ExitStatus::kFailed, "sealing_too_early", std::string(early.what()) + ". Nothing was changed",
                      "Install this release on every host and reload its workers, then run this again. A host that was "
                      "switched off counts for a minute.");
    }
}

Answer seal(Services& services, bool dryRun) {
    const auto done = sealAll(services, dryRun);
    std::size_t all = 0;
    JsonArray tenants, failed;
    std::string problem;
    for (const auto& [tenant, sealed] : done.tenants) {
        all += sealed;
        tenants.add(jsonObject({{"tenant", tenant.slug.text()}, {"sealed", sealed}}));
    }
    for (const auto& [tenant, why] : done.failed) {
        failed.add(jsonObject({{"tenant", tenant.slug.text()}, {"message", why}}));
        problem += tenant.slug.text() + " is not sealed: " + why + "\n";
    }
    auto answer = answerOf("Sealed " + numberOf(all) + " of " + std::to_string(done.tenants.size()) +
                               (done.tenants.size() == 1 ? " tenant" : " tenants") +
                               ". The pepper is now needed to check a password: keep its backup, apart from the "
                               "database's.\n",
                           jsonObject({{"sealed", all}, {"tenants", tenants}, {"failed", failed}}), "");
    answer.problem = problem;
    if (!problem.empty()) answer.status = ExitStatus::kPartlyDone;
    return dryRun ? asRehearsal(std::move(answer)) : answer;
}

void addSeal(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(
        group, "seal",
        "Seal all stored passwords with a key derived from the pepper, so that a backup of the database without "
        "the pepper does not let anyone guess passwords. New passwords are sealed from then on. Refused while workers "
        "of an earlier release run. "
        "Run it again after a rotation of the pepper, after an import, or when it was interrupted. A tenant that "
        "cannot be sealed is named and stops no other (exit status 5).",
        "  claviger pepper seal\n  claviger pepper seal --dry-run\n  claviger pepper seal --json");
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] { chosen = [dry = *dryRun](Services& services) { return seal(services, dry); }; });
}

void addRotate(CLI::App& group, Verb& chosen) {
    auto* const verb =
        addVerb(group, "rotate",
                "Make the next pepper, in a file of its own, and say how to bring it to the hosts. Nothing "
                "uses it until then.",
                "  claviger pepper rotate /etc/claviger/pepper.2");
    const auto file = std::make_shared<std::string>();
    verb->add_option("FILE", *file, "Where to write it; the file must not exist")->type_name("FILE")->required();
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        if (file->empty()) throw usageFailure("FILE: it needs a name");
        chosen = [path = fs::absolute(*file), dry = *dryRun](Services& services) {
            return rotate(services, path, dry);
        };
    });
}

}  // namespace

void addPepperCommands(CLI::App& app, Verb& chosen) {
    auto* const group = addGroup(app, "pepper", "The pepper, and how to replace it",
                                 "  claviger pepper status\n  claviger pepper rotate /etc/claviger/pepper.2");
    addVerb(*group, "status",
            "Count the active keys, and the sealed passwords, by the pepper that they are stored with. A tenant that "
            "cannot be read is named and stops no other (exit status 5).",
            "  claviger pepper status\n  claviger pepper status --json")
        ->callback([&chosen] { chosen = showStatus; });
    addRotate(*group, chosen);
    addSeal(*group, chosen);
}

}  // namespace claviger::cli

#include "cli/backup/transfer_commands.h"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <optional>

#include "cli/backup/export_file.h"
#include "cli/backup/export_format.h"
#include "cli/backup/export_reader.h"
#include "cli/frame/arguments.h"
#include "cli/frame/failure.h"

namespace claviger::cli {
namespace {

using domain::TenantSlug;

constexpr auto kSecrets =
    "An export holds the hashes of keys and passwords, never plain ones. Keep it as secret as the database.";

std::string defaultName(const TenantSlug& slug) {
    auto time = domain::iso8601(domain::SystemClock().now());
    std::erase_if(time, [](char c) { return c == ':' || c == '-'; });
    return slug.text() + "-" + time + ".claviger-export.json";
}

std::string nameOr(const std::optional<std::string>& given, const std::string& option, const TenantSlug& slug) {
    if (given && given->empty()) throw usageFailure(option + ": it needs a name");
    return given ? *given : defaultName(slug);
}

std::string keepIn(const std::filesystem::path& path, const std::function<void(domain::ArchiveSink&)>& fill) {
    ExportFile file(path);
    ExportWriter writer([&](const std::string& line) { file.write(line); });
    fill(writer);
    writer.end();
    file.keep();
    return std::filesystem::absolute(path).string();
}

// Returns the failure of the domain. For a conflict it replaces the advice, which would fit a create.
Failure refusal(const domain::Error& error, std::string next) {
    const auto usual = failureOf(error);
    return usual.status() == ExitStatus::kConflict
               ? Failure(usual.status(), usual.code(), usual.what(), std::move(next))
               : usual;
}

domain::Unimportable mustBeWhole(const domain::Result<domain::Unimportable>& exported) {
    if (!exported.ok())
        throw refusal(exported.error(),
                      "Run the `claviger tenant drop` or `import` that was begun again: it finishes.");
    return exported.value();
}

// Adds to the answer of a written export the row that an import would refuse.
Answer warned(Answer answer, const domain::Unimportable& refused) {
    answer.document.set("refused", refused.empty() ? Poco::Dynamic::Var() : Poco::Dynamic::Var(refused));
    if (refused.empty()) return answer;
    answer.status = ExitStatus::kPartlyDone;
    answer.problem = "The export is written, but `tenant import` would refuse it: " + refused +
                     ". Fix that row in the file before an import, or in the database and export again.\n";
    return answer;
}

Answer exportTenant(Services& services, const TenantSlug& slug, const std::string& file) {
    if (file == "-") {
        ExportWriter writer([](const std::string& line) {
            if (!std::cout.write(line.data(), static_cast<std::streamsize>(line.size())))
                throw Failure(ExitStatus::kFailed, "export_not_written", "the standard output cannot be written");
        });
        const auto refused = mustBeWhole(services.transfers().exportTo(slug, writer));
        writer.end();
        return warned({"", JsonObject()}, refused);
    }
    domain::Unimportable refused;
    const auto kept = keepIn(
        file, [&](domain::ArchiveSink& sink) { refused = mustBeWhole(services.transfers().exportTo(slug, sink)); });
    return warned(answerOf("Exported tenant " + slug.text() + " to " + kept + "\n" + kSecrets + "\n",
                           jsonObject({{"tenant", slug.text()}, {"file", kept}}), kept + "\n"),
                  refused);
}

void addExport(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "export",
                               std::string("Write all of a tenant, as of one moment, to a file that `tenant import` "
                                           "restores. ") +
                                   kSecrets,
                               "  claviger tenant export acme --output acme.json\n"
                               "  (umask 077; claviger tenant export acme --output - | gzip > acme.json.gz)");
    const auto slug = std::make_shared<std::string>();
    const auto output = std::make_shared<std::optional<std::string>>();
    verb->add_option("SLUG", *slug, "The tenant's slug")->type_name("")->required();
    verb->add_option("--output", *output, "The file, or - for standard output; a name with the time if not given")
        ->type_name("FILE");
    verb->callback([=, &group, &chosen] {
        if (*output == "-" && ::isatty(STDOUT_FILENO) == 1)
            throw usageFailure("--output -: no export is written to a terminal", "Pipe it, or name a file.");
        if (*output == "-" && group.get_parent()->count("--json") > 0)
            throw usageFailure("--output - and --json both want standard output", "Name a file, or leave --json out.");
        // With `-` the export itself is the answer.
        const auto parsed = parseSlug("SLUG", *slug);
        chosen = [parsed, file = nameOr(*output, "--output", parsed)](Services& services) {
            return exportTenant(services, parsed, file);
        };
    });
}

// Throws Failure unless the drop is confirmed or a terminal can show a prompt.
void mustBeConfirmable(const std::string& slug, const std::optional<std::string>& confirmed) {
    if (confirmed && *confirmed == slug) return;
    if (confirmed) throw usageFailure("--confirm is not the tenant's slug; nothing was changed", "Repeat the slug.");
    if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1)
        throw usageFailure("a drop is to be confirmed; nothing was changed", "Add --confirm " + slug + ".");
}

std::string hostsOf(const domain::TenantDetails& details) {
    std::string all;
    for (const auto& host : details.hosts) all += (all.empty() ? "" : ", ") + host.text();
    return all.empty() ? "no host" : all;
}

// Prompts for the slug. The tenant has been found by then, so that the prompt shows what a drop removes.
void askForSlug(const domain::DroppedTenant& plan, const std::string& file) {
    const auto& tenant = plan.details.tenant;
    std::cerr << "This removes tenant " << tenant.slug.text() << " (" << tenant.name << ", " << hostsOf(plan.details)
              << ") with all its users and keys.\n"
              << (plan.file.empty() ? "Before that it is exported to " + std::filesystem::absolute(file).string()
                                    : "It is half dropped already; its export is " + plan.file)
              << ".\nType its slug to go on: " << std::flush;
    std::string typed;
    if (!std::getline(std::cin, typed)) {
        std::cerr << '\n';  // the cursor is still behind the prompt
        throw usageFailure("no slug was typed; nothing was changed");
    }
    if (typed != tenant.slug.text()) throw usageFailure("that is not the tenant's slug; nothing was changed");
}

domain::DroppedTenant plannedDrop(Services& services, const TenantSlug& slug) {
    auto plan = services.transfers().planDrop(slug);
    if (!plan.ok()) throw failureOf(plan.error());
    return std::move(plan).value();
}

Answer planOfDrop(Services& services, const TenantSlug& slug, const std::string& file) {
    const auto plan = plannedDrop(services, slug);
    if (plan.file.empty()) const ExportFile writable(file);
    const auto kept = plan.file.empty() ? std::filesystem::absolute(file).string() : plan.file;
    return asRehearsal({"Dropped tenant " + slug.text() + "\nIts export: " + kept + "\nRemoved: schema " +
                            plan.details.tenant.schema.text() + " and its role\n",
                        jsonObject({{"tenant", slug.text()}, {"file", kept}})});
}

// As keepIn. A failure also describes the state of the tenant.
std::string keepBeforeDrop(const std::string& file, const TenantSlug& slug,
                           const std::function<void(domain::ArchiveSink&)>& fill) {
    bool begun = false;
    try {
        return keepIn(file, [&](domain::ArchiveSink& sink) {
            begun = true;
            fill(sink);
        });
    } catch (const Failure& failure) {
        const std::string state = begun
                                      ? "Nothing was removed, but the tenant is suspended: drop it again with another "
                                        "--export, or `claviger tenant resume " +
                                            slug.text() + "`."
                                      : "Nothing was changed. Name another file with --export.";
        // A conflict promises that nothing was changed.
        throw Failure(begun ? ExitStatus::kFailed : failure.status(), failure.code(), failure.what(), state);
    }
}

Answer dropTenant(Services& services, const TenantSlug& slug, const std::string& file) {
    const auto dropped =
        services.transfers().drop(slug, [&](const auto& fill) { return keepBeforeDrop(file, slug, fill); });
    if (!dropped.ok()) throw refusal(dropped.error(), "Wait for that run to end, then run this again.");
    const auto& kept = dropped.value().file;
    return warned(answerOf("Dropped tenant " + slug.text() + "\n" +
                               (kept.empty() ? "It was half an import and had nothing to export.\n"
                                             : "Its export: " + kept + "\n" + kSecrets + "\n"),
                           jsonObject({{"tenant", slug.text()}, {"file", kept}}), kept.empty() ? "" : kept + "\n"),
                  dropped.value().unimportable);
}

void addDrop(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "drop",
                               std::string("Suspend a tenant, export it, then remove it with all users and keys. Run "
                                           "again, it finishes what is left to do. ") +
                                   kSecrets,
                               "  claviger tenant drop acme --confirm acme\n"
                               "  claviger tenant drop acme --confirm acme --export /backup/acme.json");
    const auto slug = std::make_shared<std::string>();
    const auto confirmed = std::make_shared<std::optional<std::string>>();
    const auto file = std::make_shared<std::optional<std::string>>();
    verb->add_option("SLUG", *slug, "The tenant's slug")->type_name("")->required();
    verb->add_option("--confirm", *confirmed, "The slug once more, for runs without a terminal")->type_name("SLUG");
    verb->add_option("--export", *file, "The file of the export; a name with the time if not given")->type_name("FILE");
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        const auto parsed = parseSlug("SLUG", *slug);
        if (!*dryRun) mustBeConfirmable(*slug, *confirmed);
        const auto path = nameOr(*file, "--export", parsed);
        chosen = [=, dry = *dryRun, ask = !*confirmed](Services& services) {
            if (dry) return planOfDrop(services, parsed, path);
            if (ask) askForSlug(plannedDrop(services, parsed), path);
            return dropTenant(services, parsed, path);
        };
    });
}

domain::ImportedTenant importFrom(Services& services, const std::string& file, const domain::ImportOrder& order,
                                  bool dryRun) {
    std::error_code ignored;
    if (file != "-" && std::filesystem::is_directory(file, ignored))
        throw usageFailure("FILE: " + file + " is a folder",
                           "Name one export in it. `claviger restore` brings back a whole backup.");
    std::ifstream stored;
    if (file != "-") stored.open(file);
    if (file != "-" && !stored) throw usageFailure("FILE: " + file + " cannot be read");
    ExportReader reader(file == "-" ? std::cin : stored);
    auto& transfers = services.transfers();
    auto imported = dryRun ? transfers.planImport(reader, order, {}) : transfers.import(reader, order);
    if (!imported.ok())
        throw refusal(imported.error(),
                      "Nothing was changed. Where a slug or a host is in the way, --slug and --host give the tenant "
                      "others than the export's.");
    return std::move(imported).value();
}

// Describes the users at the export. The operator may know of later changes, an import cannot.
std::string usersText(const domain::ImportedTenant& imported) {
    const auto& [approved, pending, suspended] = imported.users;
    return "Users, as they were at the export" +
           (imported.writtenAt.empty() ? std::string() : " of " + imported.writtenAt) + ": " +
           std::to_string(approved) + " approved, " + std::to_string(pending) + " pending, " +
           std::to_string(suspended) +
           " suspended.\nA suspension or a new password since then is undone: look at `claviger user list --tenant " +
           imported.details.tenant.slug.text() + "`.\n";
}

Answer importTenant(Services& services, const std::string& file, const domain::ImportOrder& order, bool dryRun) {
    const auto imported = importFrom(services, file, order, dryRun);
    const auto& slug = imported.details.tenant.slug.text();
    JsonArray ended;
    for (const auto& key : imported.endedKeys) ended.add(key.text());
    const bool active = imported.details.tenant.status == domain::TenantStatus::kActive;
    const auto& [approved, pending, suspended] = imported.users;
    const auto users = jsonObject({{"approved", approved}, {"pending", pending}, {"suspended", suspended}});
    Answer answer{
        "Imported tenant " + slug +
            (active ? "" : ", which is suspended; `claviger tenant resume " + slug + "` opens it") +
            (imported.namesPeppers ? ""
                                   : "\nThe export does not say which pepper its keys need: they work where it is the "
                                     "one of their making") +
            "\nKeys that have died since the export, and stay dead: " + std::to_string(imported.endedKeys.size()) +
            "\n" + usersText(imported),
        jsonObject(
            {{"tenant", slug},
             {"id", imported.details.tenant.id.text()},
             {"status", std::string(active ? "active" : "suspended")},
             {"exportedAt", imported.writtenAt.empty() ? Poco::Dynamic::Var() : Poco::Dynamic::Var(imported.writtenAt)},
             {"pepper", std::string(imported.namesPeppers ? "fits" : "unknown")},
             {"users", users},
             {"deadKeys", ended}})};
    addSealing(answer, imported.sealing);
    return dryRun ? asRehearsal(answer) : answer;
}

void addImport(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "import",
                               "Restore a tenant from an export, under another slug too. It is the same tenant, so it "
                               "must have been dropped. Users, passwords and keys are as they were at the export, but "
                               "keys that have died since stay dead, and sessions are gone. A suspension or a new "
                               "password since the export is undone: import an old one with --suspended, suspend whom "
                               "you must, then resume the tenant. An export whose keys need another pepper than is "
                               "configured is refused.",
                               "  claviger tenant import acme.json\n"
                               "  claviger tenant import acme.json --slug acme-eu --host eu.acme.example\n"
                               "  claviger tenant import old.json --suspended");
    struct Arguments {
        std::string file;
        std::optional<std::string> slug, name;
        std::vector<std::string> hosts;
        bool suspended = false;
    };
    const auto given = std::make_shared<Arguments>();
    verb->add_option("FILE", given->file, "The export, or - for standard input")->type_name("FILE")->required();
    verb->add_option("--slug", given->slug, "Another slug")->type_name("SLUG");
    verb->add_option("--host", given->hosts, "A host in place of all that the export has; more than once for more")
        ->type_name("HOST");
    verb->add_option("--name", given->name, "Another display name")->type_name("NAME");
    addSuspendedFlag(*verb, given->suspended);
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        domain::ImportOrder order;
        if (given->slug) order.slug = parseSlug("--slug", *given->slug);
        if (given->name) order.name = parseDisplayName("--name", *given->name);
        if (given->suspended) order.status = domain::TenantStatus::kSuspended;
        for (const auto& host : given->hosts) order.hosts.push_back(parseHost("--host", host));
        chosen = [=, file = given->file, dry = *dryRun](Services& services) {
            return importTenant(services, file, order, dry);
        };
    });
}

}  // namespace

void addSuspendedFlag(CLI::App& verb, bool& suspended) {
    verb.add_flag("--suspended", suspended, "Leave it suspended, until `claviger tenant resume`")
        ->disable_flag_override();
}

void addSealing(Answer& answer, domain::SealingAfterImport sealing) {
    using domain::SealingAfterImport;
    switch (sealing) {
        case SealingAfterImport::kUnchanged:
            answer.document.set("sealing", "unchanged");
            return;
        case SealingAfterImport::kTurnedOn:
            answer.document.set("sealing", "turned_on");
            answer.text +=
                "Sealed passwords came in: sealing was off here, and is on from now on. The passwords that are not "
                "sealed are sealed by `claviger pepper seal`.\n";
            return;
        case SealingAfterImport::kTooEarly:
            answer.document.set("sealing", "too_early");
            answer.problem +=
                "Sealed passwords came in, but sealing stays off: workers of an earlier release run. New passwords are "
                "stored unsealed until you stop those workers and run `claviger pepper seal`.\n";
            if (answer.status == ExitStatus::kDone) answer.status = ExitStatus::kPartlyDone;
            return;
    }
}

void addTransferCommands(CLI::App& group, Verb& chosen) {
    addExport(group, chosen);
    addImport(group, chosen);
    addDrop(group, chosen);
}

}  // namespace claviger::cli

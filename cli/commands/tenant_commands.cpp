#include "cli/commands/tenant_commands.h"

#include <algorithm>
#include <memory>

#include "cli/backup/transfer_commands.h"
#include "cli/frame/arguments.h"
#include "cli/frame/failure.h"
#include "cli/frame/output.h"

namespace claviger::cli {
namespace {

using domain::TenantDetails;

std::string statusText(domain::TenantStatus status) {
    return status == domain::TenantStatus::kActive ? "active" : "suspended";
}

std::string hostsText(const TenantDetails& details) {
    std::string text;
    for (const auto& host : details.hosts) text += (text.empty() ? "" : ", ") + host.text();
    return text;
}

JsonObject toJson(const TenantDetails& details) {
    JsonArray hosts;
    for (const auto& host : details.hosts) hosts.add(host.text());
    const auto& tenant = details.tenant;
    return jsonObject({{"id", tenant.id.text()},
                       {"slug", tenant.slug.text()},
                       {"name", tenant.name},
                       {"status", statusText(tenant.status)},
                       {"hosts", hosts},
                       {"schema", tenant.schema.text()},
                       {"schemaVersion", tenant.schemaVersion}});
}

std::string toText(const TenantDetails& details) {
    const auto& tenant = details.tenant;
    return record({{"Slug", tenant.slug.text()},
                   {"Name", tenant.name},
                   {"Status", statusText(tenant.status)},
                   {"Hosts", hostsText(details)},
                   {"Schema", tenant.schema.text() + ", version " + std::to_string(tenant.schemaVersion)},
                   {"Id", tenant.id.text()}});
}

Answer createTenant(Services& services, const domain::NewTenant& wanted, bool dryRun) {
    auto made = dryRun ? services.tenants().plan(wanted) : services.tenants().create(wanted);
    if (!made.ok()) throw failureOf(made.error());
    auto& [details, created, hostAdded] = made.value();
    if (dryRun) details.tenant.schemaVersion = std::max(details.tenant.schemaVersion, services.newestTenantVersion());
    const bool now = created == domain::Created::kNow;
    const auto done = now         ? "Created tenant "
                      : hostAdded ? "Added host " + wanted.host.text() + " to tenant "
                                  : std::string("Already there and complete: tenant ");
    const Answer answer{done + wanted.slug.text() + "\n" + toText(details),
                        jsonObject({{"tenant", toJson(details)}, {"created", now}, {"hostAdded", hostAdded}})};
    return dryRun ? asRehearsal(answer) : answer;
}

Answer listTenants(Services& services) {
    std::vector<Cells> rows;
    JsonArray array;
    std::string slugs;
    for (const auto& details : services.tenants().list()) {
        const auto& tenant = details.tenant;
        rows.push_back({tenant.slug.text(), tenant.name, statusText(tenant.status),
                        std::to_string(tenant.schemaVersion), hostsText(details)});
        array.add(toJson(details));
        slugs += tenant.slug.text() + "\n";
    }
    const auto text = rows.empty() ? "No tenants yet. `claviger tenant create` makes one.\n"
                                   : table({"SLUG", "NAME", "STATUS", "SCHEMA VERSION", "HOSTS"}, rows);
    return answerOf(text, jsonObject({{"tenants", array}}), slugs);
}

Answer showTenant(Services& services, const domain::TenantSlug& slug) {
    const auto details = services.tenants().show(slug);
    if (!details.ok()) throw failureOf(details.error());
    return {toText(details.value()), jsonObject({{"tenant", toJson(details.value())}})};
}

void addCreate(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "create",
                               "Create a tenant with its schema and its first host. Run again, it finishes what is "
                               "missing, and adds the host if the tenant has it not yet.",
                               "  claviger tenant create acme --host acme.example.com --name \"Acme Inc\"");
    struct Arguments {
        std::string slug, host, name;
    };
    const auto given = std::make_shared<Arguments>();
    verb->add_option("SLUG", given->slug, "Short name: a small letter, then small letters, digits, hyphens; 2 to 31")
        ->type_name("")
        ->required();
    verb->add_option("--host", given->host, "Host name under which the tenant is reached, without port")
        ->type_name("HOST")
        ->required();
    verb->add_option("--name", given->name, "Display name, 1 to 100 characters")->type_name("NAME")->required();
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        const domain::NewTenant wanted{parseSlug("SLUG", given->slug), parseHost("--host", given->host),
                                       parseDisplayName("--name", given->name)};
        chosen = [wanted, dry = *dryRun](Services& services) { return createTenant(services, wanted, dry); };
    });
}

Answer toAnswer(const domain::Result<domain::ChangedTenant>& result, const std::string& done,
                const std::string& before) {
    if (!result.ok()) throw failureOf(result.error());
    const auto& [details, changed] = result.value();
    return {(changed ? done : before) + ": tenant " + details.tenant.slug.text() + "\n" + toText(details),
            jsonObject({{"tenant", toJson(details)}, {"changed", changed}})};
}

std::shared_ptr<std::string> addSlug(CLI::App& verb) {
    const auto slug = std::make_shared<std::string>();
    verb.add_option("SLUG", *slug, "The tenant's slug")->type_name("")->required();
    return slug;
}

void addShow(CLI::App& group, Verb& chosen) {
    auto* const verb =
        addVerb(group, "show", "Show one tenant.", "  claviger tenant show acme\n  claviger tenant show acme --json");
    const auto slug = addSlug(*verb);
    verb->callback([slug, &chosen] {
        chosen = [parsed = parseSlug("SLUG", *slug)](Services& services) { return showTenant(services, parsed); };
    });
}

void addStatus(CLI::App& group, Verb& chosen, const std::string& name, const std::string& purpose,
               domain::TenantStatus status, const std::string& done) {
    auto* const verb = addVerb(group, name, purpose, "  claviger tenant " + name + " acme");
    const auto slug = addSlug(*verb);
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        chosen = rehearsedIf(*dryRun, [=, parsed = parseSlug("SLUG", *slug)](Services& services) {
            return toAnswer(services.tenants().setStatus(parsed, status), done, "Already " + statusText(status));
        });
    });
}

void addRename(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "rename",
                               "Give a tenant another display name, another slug, or both. Hosts, users, sessions and "
                               "keys stay; so does the name of the schema.",
                               "  claviger tenant rename acme --name \"Acme Limited\"\n"
                               "  claviger tenant rename acme --slug acme-eu");
    const auto slug = addSlug(*verb);
    const auto newSlug = std::make_shared<std::optional<std::string>>();
    const auto newName = std::make_shared<std::optional<std::string>>();
    verb->add_option("--slug", *newSlug, "The new slug")->type_name("SLUG");
    verb->add_option("--name", *newName, "The new display name, 1 to 100 characters")->type_name("NAME");
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        const auto from = parseSlug("SLUG", *slug);
        const auto to = *newSlug ? std::optional(parseSlug("--slug", **newSlug)) : std::nullopt;
        const auto name = *newName ? std::optional(parseDisplayName("--name", **newName)) : std::nullopt;
        if (!to && !name) throw usageFailure("rename to what? Give --name, --slug, or both");
        chosen = rehearsedIf(*dryRun, [=](Services& services) {
            return toAnswer(services.tenants().rename(from, to, name), "Renamed", "Already so");
        });
    });
}

}  // namespace

void addTenantCommands(CLI::App& app, Verb& chosen) {
    auto* const group = addGroup(app, "tenant", "Create, show and change tenants",
                                 "  claviger tenant create acme --host acme.example.com --name \"Acme Inc\"\n"
                                 "  claviger tenant list\n"
                                 "  claviger tenant show acme");
    addCreate(*group, chosen);
    addVerb(*group, "list", "List all tenants by slug.", "  claviger tenant list\n  claviger tenant list --json")
        ->callback([&chosen] { chosen = listTenants; });
    addShow(*group, chosen);
    addRename(*group, chosen);
    addStatus(*group, chosen, "suspend",
              "Refuse every request for the tenant, from the next one on, until it is resumed. Nothing of it is lost.",
              domain::TenantStatus::kSuspended, "Suspended");
    addStatus(*group, chosen, "resume", "End a suspension: everything is as it was.", domain::TenantStatus::kActive,
              "Resumed");
    addTransferCommands(*group, chosen);
}

}  // namespace claviger::cli

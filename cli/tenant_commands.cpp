#include "cli/tenant_commands.h"

#include <memory>

#include "cli/arguments.h"
#include "cli/failure.h"
#include "cli/output.h"

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

Answer createTenant(Services& services, const domain::NewTenant& wanted) {
    const auto made = services.tenants().create(wanted);
    if (!made.ok()) throw failureOf(made.error());
    const auto& [details, created] = made.value();
    const bool now = created == domain::Created::kNow;
    return {
        (now ? "Created tenant " : "Already there and complete: tenant ") + wanted.slug.text() + "\n" + toText(details),
        jsonObject({{"tenant", toJson(details)}, {"created", now}})};
}

Answer listTenants(Services& services) {
    std::vector<Cells> rows;
    JsonArray array;
    for (const auto& details : services.tenants().list()) {
        const auto& tenant = details.tenant;
        rows.push_back({tenant.slug.text(), tenant.name, statusText(tenant.status),
                        std::to_string(tenant.schemaVersion), hostsText(details)});
        array.add(toJson(details));
    }
    const auto text = rows.empty() ? "No tenants yet. `claviger tenant create` makes one.\n"
                                   : table({"SLUG", "NAME", "STATUS", "SCHEMA VERSION", "HOSTS"}, rows);
    return {text, jsonObject({{"tenants", array}})};
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
    verb->callback([given, &chosen] {
        const domain::NewTenant wanted{parseSlug("SLUG", given->slug), parseHost("--host", given->host),
                                       parseDisplayName("--name", given->name)};
        chosen = [wanted](Services& services) { return createTenant(services, wanted); };
    });
}

void addShow(CLI::App& group, Verb& chosen) {
    auto* const verb =
        addVerb(group, "show", "Show one tenant.", "  claviger tenant show acme\n  claviger tenant show acme --json");
    const auto slug = std::make_shared<std::string>();
    verb->add_option("SLUG", *slug, "The tenant's slug")->type_name("")->required();
    verb->callback([slug, &chosen] {
        chosen = [parsed = parseSlug("SLUG", *slug)](Services& services) { return showTenant(services, parsed); };
    });
}

}  // namespace

void addTenantCommands(CLI::App& app, Verb& chosen) {
    auto* const group = addGroup(app, "tenant", "Create and show tenants",
                                 "  claviger tenant create acme --host acme.example.com --name \"Acme Inc\"\n"
                                 "  claviger tenant list\n"
                                 "  claviger tenant show acme");
    addCreate(*group, chosen);
    addVerb(*group, "list", "List all tenants by slug.", "  claviger tenant list\n  claviger tenant list --json")
        ->callback([&chosen] { chosen = listTenants; });
    addShow(*group, chosen);
}

}  // namespace claviger::cli

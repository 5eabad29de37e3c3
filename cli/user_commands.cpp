#include "cli/user_commands.h"

#include <unistd.h>

#include <memory>
#include <optional>

#include "cli/arguments.h"
#include "cli/failure.h"
#include "cli/output.h"
#include "cli/password_input.h"

namespace claviger::cli {
namespace {

using domain::User;
using domain::UserStatus;

std::string statusText(UserStatus status) {
    switch (status) {
        case UserStatus::kPending:
            return "pending";
        case UserStatus::kApproved:
            return "approved";
        case UserStatus::kSuspended:
            break;
    }
    return "suspended";
}

JsonObject toJson(const User& user) {
    return jsonObject({{"id", user.id.text()},
                       {"email", user.email.text()},
                       {"name", user.name},
                       {"status", statusText(user.status)},
                       {"createdAt", domain::iso8601(user.createdAt)}});
}

std::string toText(const User& user) {
    return record({{"E-mail", user.email.text()},
                   {"Name", user.name},
                   {"Status", statusText(user.status)},
                   {"Created", domain::iso8601(user.createdAt)},
                   {"Id", user.id.text()}});
}

domain::Tenant tenantOf(Services& services, const domain::TenantSlug& slug) {
    const auto details = services.tenants().show(slug);
    if (!details.ok()) throw failureOf(details.error());
    const auto& tenant = details.value().tenant;
    if (tenant.schemaVersion < services.newestTenantVersion())
        throw Failure(ExitStatus::kFailed, "tenant_migrating",
                      "the schema of tenant " + slug.text() + " is behind this release",
                      "Run `claviger migrate`, then this again.");
    return tenant;
}

Answer createUser(Services& services, const domain::TenantSlug& slug, const domain::NewUser& wanted,
                  const domain::secrets::Password& password) {
    const auto tenant = tenantOf(services, slug);
    const auto made = services.users().create(tenant, wanted, password);
    if (!made.ok()) throw failureOf(made.error());
    const auto& [user, created] = made.value();
    const bool now = created == domain::Created::kNow;
    return {(now ? "Created user " : "Already there, its password unchanged: user ") + user.email.text() + "\n" +
                toText(user),
            jsonObject({{"user", toJson(user)}, {"created", now}})};
}

Answer listUsers(Services& services, const domain::TenantSlug& slug) {
    const auto tenant = tenantOf(services, slug);
    std::vector<Cells> rows;
    JsonArray array;
    for (const auto& user : services.users().list(tenant)) {
        rows.push_back({user.email.text(), user.name, statusText(user.status), domain::iso8601(user.createdAt)});
        array.add(toJson(user));
    }
    const auto text = rows.empty() ? "No users yet. `claviger user create` makes one.\n"
                                   : table({"E-MAIL", "NAME", "STATUS", "CREATED"}, rows);
    return {text, jsonObject({{"users", array}})};
}

Answer approveUser(Services& services, const domain::TenantSlug& slug, const domain::Email& email) {
    const auto approved = services.users().approve(tenantOf(services, slug), email);
    if (!approved.ok()) throw failureOf(approved.error());
    return {"Approved user " + email.text() + "\n", jsonObject({{"user", toJson(approved.value())}})};
}

struct Arguments {
    std::string tenant, email;
    std::optional<std::string> name;
    bool passwordFromInput = false;
    bool pending = false;
};

void addTenantOption(CLI::App& verb, Arguments& given) {
    verb.add_option("--tenant", given.tenant, "Slug of the user's tenant")->type_name("SLUG")->required();
}

void addEmailOption(CLI::App& verb, Arguments& given) {
    verb.add_option("--email", given.email, "E-mail address with which the user signs in")
        ->type_name("E-MAIL")
        ->required();
}

Verb askedToCreate(const Arguments& given) {
    const auto slug = parseSlug("--tenant", given.tenant);
    const auto email = parseEmail("--email", given.email);
    const auto name = parseDisplayName("--name", given.name.value_or(email.localPart()));
    const domain::NewUser wanted{email, name, given.pending ? UserStatus::kPending : UserStatus::kApproved};
    // Shared because a std::function must be copyable, which a password is not.
    const auto password = std::make_shared<domain::secrets::Password>(readPassword(STDIN_FILENO));
    return [=](Services& services) { return createUser(services, slug, wanted, *password); };
}

void addCreate(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "create",
                               "Create a user, who may sign in at once unless --pending is given. Run again, it is "
                               "already so, and the password stays as it was.",
                               "  claviger user create --tenant acme --email owner@acme.example --password-stdin < "
                               "password.txt\n"
                               "  pwgen 20 1 | claviger user create --tenant acme --email a@acme.example "
                               "--name \"Ann Lee\" --password-stdin --pending");
    const auto given = std::make_shared<Arguments>();
    addTenantOption(*verb, *given);
    addEmailOption(*verb, *given);
    verb->add_option("--name", given->name, "Name, 1 to 100 characters; default: the e-mail up to the @")
        ->type_name("NAME");
    verb->add_flag("--password-stdin", given->passwordFromInput,
                   "Read the password (12 to 1,024 bytes) from standard input, the only way in")
        ->disable_flag_override()
        ->required();
    verb->add_flag("--pending", given->pending, "Wait for `claviger user approve` before the user may sign in")
        ->disable_flag_override();
    verb->callback([given, &chosen] { chosen = askedToCreate(*given); });
}

void addList(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "list", "List the users of a tenant by e-mail.",
                               "  claviger user list --tenant acme\n  claviger user list --tenant acme --json");
    const auto given = std::make_shared<Arguments>();
    addTenantOption(*verb, *given);
    verb->callback([given, &chosen] {
        chosen = [slug = parseSlug("--tenant", given->tenant)](Services& services) {
            return listUsers(services, slug);
        };
    });
}

void addApprove(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "approve", "Let a pending or suspended user sign in.",
                               "  claviger user approve --tenant acme --email a@acme.example");
    const auto given = std::make_shared<Arguments>();
    addTenantOption(*verb, *given);
    addEmailOption(*verb, *given);
    verb->callback([given, &chosen] {
        const auto slug = parseSlug("--tenant", given->tenant);
        const auto email = parseEmail("--email", given->email);
        chosen = [=](Services& services) { return approveUser(services, slug, email); };
    });
}

}  // namespace

void addUserCommands(CLI::App& app, Verb& chosen) {
    auto* const group =
        addGroup(app, "user", "Create, list and approve the users of a tenant",
                 "  claviger user create --tenant acme --email owner@acme.example --password-stdin < password.txt\n"
                 "  claviger user list --tenant acme\n"
                 "  claviger user approve --tenant acme --email owner@acme.example");
    addCreate(*group, chosen);
    addList(*group, chosen);
    addApprove(*group, chosen);
}

}  // namespace claviger::cli

#include "cli/commands/user_commands.h"

#include <unistd.h>

#include <memory>
#include <optional>

#include "cli/frame/arguments.h"
#include "cli/frame/failure.h"
#include "cli/frame/output.h"
#include "cli/frame/password_input.h"
#include "cli/frame/tenant_of.h"

namespace claviger::cli {
namespace {

using domain::User;
using domain::UserStatus;

std::string statusText(UserStatus status) {
    return std::string(domain::nameOf(status));
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
    std::string emails;
    for (const auto& user : services.users().list(tenant)) {
        rows.push_back({user.email.text(), user.name, statusText(user.status), domain::iso8601(user.createdAt)});
        array.add(toJson(user));
        emails += user.email.text() + "\n";
    }
    const auto text = rows.empty() ? "No users yet. `claviger user create` makes one.\n"
                                   : table({"E-MAIL", "NAME", "STATUS", "CREATED"}, rows);
    return answerOf(text, jsonObject({{"users", array}}), emails);
}

// The texts of a verb that changes a user.
struct Words {
    const char* done;
    const char* before;
};

Answer toAnswer(const domain::Result<domain::ChangedUser>& result, const Words& words) {
    if (!result.ok()) throw failureOf(result.error());
    const auto& [user, changed, ended] = result.value();
    const auto sessions = ended == 0   ? std::string()
                          : ended == 1 ? std::string("; 1 session ended")
                                       : "; " + std::to_string(ended) + " sessions ended";
    return {(changed ? words.done : words.before) + user.email.text() + sessions + "\n",
            jsonObject({{"user", toJson(user)}, {"changed", changed}, {"endedSessions", ended}})};
}

struct Arguments {
    std::string tenant, email;
    std::optional<std::string> name;
    bool passwordFromInput = false;
    bool pending = false;
};

void addPasswordFlag(CLI::App& verb, Arguments& given) {
    verb.add_flag("--password-stdin", given.passwordFromInput,
                  "Read the password (12 to 1,024 bytes, hard to guess) from standard input, the only way in")
        ->disable_flag_override()
        ->required();
}

Verb askedToCreate(const Arguments& given, bool dryRun) {
    const auto slug = parseSlug("--tenant", given.tenant);
    const auto email = parseEmail("--email", given.email);
    const auto name = parseDisplayName("--name", given.name.value_or(email.localPart()));
    const domain::NewUser wanted{email, name, given.pending ? UserStatus::kPending : UserStatus::kApproved};
    // Shared, because a std::function must be copyable and a password is not.
    const auto password = std::make_shared<domain::secrets::Password>(readPassword(STDIN_FILENO));
    return rehearsedIf(dryRun, [=](Services& services) { return createUser(services, slug, wanted, *password); });
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
    addTenantOption(*verb, given->tenant);
    addEmailOption(*verb, given->email);
    verb->add_option("--name", given->name, "Name, 1 to 100 characters; default: the e-mail up to the @")
        ->type_name("NAME");
    addPasswordFlag(*verb, *given);
    verb->add_flag("--pending", given->pending, "Wait for `claviger user approve` before the user may sign in")
        ->disable_flag_override();
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] { chosen = askedToCreate(*given, *dryRun); });
}

void addList(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "list", "List the users of a tenant by e-mail.",
                               "  claviger user list --tenant acme\n  claviger user list --tenant acme --json");
    const auto given = std::make_shared<Arguments>();
    addTenantOption(*verb, given->tenant);
    verb->callback([given, &chosen] {
        chosen = [slug = parseSlug("--tenant", given->tenant)](Services& services) {
            return listUsers(services, slug);
        };
    });
}

using Change = std::function<domain::Result<domain::ChangedUser>(domain::UserService&, const domain::Tenant&,
                                                                 const domain::Email&)>;

// Adds a verb that changes one user and takes no options but those that name the user.
void addChange(CLI::App& group, Verb& chosen, const std::string& name, const std::string& purpose, const Words& words,
               const Change& change) {
    auto* const verb =
        addVerb(group, name, purpose, "  claviger user " + name + " --tenant acme --email a@acme.example");
    const auto given = std::make_shared<Arguments>();
    addTenantOption(*verb, given->tenant);
    addEmailOption(*verb, given->email);
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        const auto slug = parseSlug("--tenant", given->tenant);
        const auto email = parseEmail("--email", given->email);
        chosen = rehearsedIf(*dryRun, [=](Services& services) {
            const auto tenant = tenantOf(services, slug);
            return toAnswer(change(services.users(), tenant, email), words);
        });
    });
}

void addSetPassword(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "set-password",
                               "Replace a user's password, and end their sessions and a lock-out. Browsers that they "
                               "have used before are forgotten. Whether they may sign in stays as it was, and so do "
                               "their keys.",
                               "  claviger user set-password --tenant acme --email a@acme.example --password-stdin < "
                               "password.txt");
    const auto given = std::make_shared<Arguments>();
    addTenantOption(*verb, given->tenant);
    addEmailOption(*verb, given->email);
    addPasswordFlag(*verb, *given);
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        const auto slug = parseSlug("--tenant", given->tenant);
        const auto email = parseEmail("--email", given->email);
        const auto password = std::make_shared<domain::secrets::Password>(readPassword(STDIN_FILENO));
        chosen = rehearsedIf(*dryRun, [=](Services& services) {
            const auto tenant = tenantOf(services, slug);
            return toAnswer(services.users().setPassword(tenant, email, *password), {"New password for user ", ""});
        });
    });
}

}  // namespace

void addUserCommands(CLI::App& app, Verb& chosen) {
    auto* const group =
        addGroup(app, "user", "Create, list and change the users of a tenant",
                 "  claviger user create --tenant acme --email owner@acme.example --password-stdin < password.txt\n"
                 "  claviger user list --tenant acme\n"
                 "  claviger user approve --tenant acme --email owner@acme.example");
    addCreate(*group, chosen);
    addList(*group, chosen);
    addChange(*group, chosen, "approve", "Let a pending or suspended user sign in.",
              {"Approved user ", "Already approved: user "},
              [](auto& users, const auto& tenant, const auto& email) { return users.approve(tenant, email); });
    addChange(*group, chosen, "suspend",
              "End a user's sessions and refuse them and their keys until `claviger user approve`. Their keys then "
              "work again.",
              {"Suspended user ", "Already suspended: user "},
              [](auto& users, const auto& tenant, const auto& email) { return users.suspend(tenant, email); });
    addSetPassword(*group, chosen);
    addChange(*group, chosen, "sign-out", "End all sessions of a user, who may sign in again. Their keys live on.",
              {"Signed out user ", "Not signed in anywhere: user "},
              [](auto& users, const auto& tenant, const auto& email) { return users.signOut(tenant, email); });
    addChange(
        *group, chosen, "unlock",
        "End a lock-out: earlier attempts to sign in to this account count no more, wrong or right. The limit of an "
        "address stays. A new password ends a lock-out too.",
        {"Unlocked user ", "No attempts are counted: user "},
        [](auto& users, const auto& tenant, const auto& email) { return users.unlock(tenant, email); });
}

}  // namespace claviger::cli

#include "cli/commands/key_commands.h"

#include <memory>
#include <optional>

#include "cli/frame/arguments.h"
#include "cli/frame/failure.h"
#include "cli/frame/output.h"
#include "cli/frame/tenant_of.h"

namespace claviger::cli {
namespace {

using domain::ApiKey;

std::string lastUse(const ApiKey& key) {
    if (!key.lastUsedAt) return "Never";
    const auto& [address, userAgent] = key.lastCaller;
    return domain::iso8601(*key.lastUsedAt) + (address.empty() ? "" : " from " + address) +
           (userAgent.empty() ? "" : " by " + userAgent);
}

std::string_view stateOf(const ApiKey& key) {
    switch (key.policy().stateAt(domain::SystemClock().now())) {
        case domain::KeyState::kExpired:
            return "expired";
        case domain::KeyState::kDisabled:
            return "disabled";
        case domain::KeyState::kLive:
            break;
    }
    return "live";
}

// "disabled by operator"; a key that is expired as well says both.
std::string stateText(const ApiKey& key) {
    const std::string state(stateOf(key));
    if (!key.disabled) return state;
    return (state == "expired" ? "expired, " : "") + std::string("disabled by ") +
           std::string(textOf(key.disabled->by));
}

std::string expiryText(const ApiKey& key) {
    return key.expiresAt ? domain::iso8601(*key.expiresAt) : "Never";
}

JsonObject toJson(const ApiKey& key) {
    auto object = jsonObject({{"id", key.id.text()},
                              {"name", key.name.text()},
                              {"keyPrefix", key.keyPrefix},
                              {"maskedKey", key.maskedKey()},
                              {"createdAt", domain::iso8601(key.createdAt)},
                              {"lastUsedAt", Poco::Dynamic::Var()},
                              {"lastUsedAddress", key.lastCaller.address},
                              {"lastUserAgent", key.lastCaller.userAgent},
                              {"uses", key.uses},
                              {"state", std::string(stateOf(key))},
                              {"expiresAt", Poco::Dynamic::Var()},
                              {"disabledAt", Poco::Dynamic::Var()},
                              {"disabledBy", Poco::Dynamic::Var()}});
    if (key.expiresAt) object.set("expiresAt", domain::iso8601(*key.expiresAt));
    if (key.disabled) {
        object.set("disabledAt", domain::iso8601(key.disabled->at));
        object.set("disabledBy", std::string(textOf(key.disabled->by)));
    }
    if (key.lastUsedAt) object.set("lastUsedAt", domain::iso8601(*key.lastUsedAt));
    return object;
}

std::string toText(const ApiKey& key) {
    return record({{"Name", key.name.text()},
                   {"Key", key.maskedKey()},
                   {"State", stateText(key)},
                   {"Expires", expiryText(key)},
                   {"Created", domain::iso8601(key.createdAt)},
                   {"Last used", lastUse(key)},
                   {"Uses", std::to_string(key.uses)},
                   {"Id", key.id.text()}});
}

// This is the only answer that holds the full key.
Answer issued(const std::string& what, const domain::TenantSlug& tenant, const domain::IssuedApiKey& made,
              bool rehearsal) {
    auto document = toJson(made.key);
    if (rehearsal) return {what + made.key.name.text() + "\n", jsonObject({{"key", document}})};
    const std::string fullKey(made.fullKey.revealForResponse());
    document.set("fullKey", fullKey);
    auto answer = answerOf(what + made.key.name.text() + "\n" + toText(made.key) +
                               "\nThis is the full key. It cannot be shown again:\n" + fullKey + "\n",
                           jsonObject({{"key", document}}), fullKey + "\n");
    answer.ifUnwritten = "the key is made, and its full text is lost; `claviger key regenerate --tenant " +
                         tenant.text() + " --id " + made.key.id.text() + "` gives a new one";
    return answer;
}

// Names a key, by its id or by its user and its name.
struct Named {
    std::optional<domain::ApiKeyId> id;
    std::optional<domain::Email> email;
    std::optional<domain::KeyName> name;
};

domain::ApiKeyId idOf(Services& services, const domain::Tenant& tenant, const Named& named) {
    if (named.id) return *named.id;
    const auto key = services.keys().find(tenant, *named.email, *named.name);
    if (!key.ok()) throw failureOf(key.error());
    return key.value().id;
}

Answer listKeys(Services& services, const domain::TenantSlug& slug, const std::optional<domain::Email>& email) {
    const auto owners = services.keys().list(tenantOf(services, slug), email);
    if (!owners.ok()) throw failureOf(owners.error());
    std::vector<Cells> rows;
    JsonArray array;
    std::string ids;
    for (const auto& [key, user] : owners.value()) {
        rows.push_back({user.email.text(), key.name.text(), key.maskedKey(), stateText(key), expiryText(key),
                        domain::iso8601(key.createdAt), lastUse(key), key.id.text()});
        auto object = toJson(key);
        object.set("email", user.email.text());
        array.add(object);
        ids += key.id.text() + "\n";
    }
    const auto text = rows.empty()
                          ? "No API keys yet.\n"
                          : table({"E-MAIL", "NAME", "KEY", "STATE", "EXPIRES", "CREATED", "LAST USED", "ID"}, rows);
    return answerOf(text, jsonObject({{"keys", array}}), ids);
}

Answer createKey(Services& services, const domain::TenantSlug& slug, const domain::Email& email,
                 const domain::NewApiKey& wanted, bool dryRun) {
    const auto made = services.keys().create(tenantOf(services, slug), email, wanted);
    if (!made.ok()) throw failureOf(made.error());
    return issued("Created API key ", slug, made.value(), dryRun);
}

Answer regenerateKey(Services& services, const domain::TenantSlug& slug, const Named& named, bool dryRun) {
    const auto tenant = tenantOf(services, slug);
    const auto made = services.keys().regenerate(tenant, idOf(services, tenant, named));
    if (!made.ok()) throw failureOf(made.error());
    return issued("The old value no longer works. Regenerated API key ", slug, made.value(), dryRun);
}

Answer revokeKey(Services& services, const domain::TenantSlug& slug, const Named& named) {
    const auto tenant = tenantOf(services, slug);
    const auto revoked = services.keys().revoke(tenant, idOf(services, tenant, named));
    if (!revoked.ok()) throw failureOf(revoked.error());
    const auto& [key, changed] = revoked.value();
    return {(changed ? "Revoked API key " : "Already dead: API key ") + key.name.text() + ", " + key.maskedKey() + "\n",
            jsonObject({{"key", toJson(key)}, {"changed", changed}})};
}

// How disable and enable differ.
struct Switch {
    const char *verb, *purpose, *done, *already;
    domain::Result<domain::SwitchedKey> (domain::OperatorKeyService::*change)(const domain::Tenant&,
                                                                              const domain::ApiKeyId&);
};

Answer switchKey(Services& services, const domain::TenantSlug& slug, const Named& named, const Switch& wanted) {
    const auto tenant = tenantOf(services, slug);
    const auto switched = (services.keys().*wanted.change)(tenant, idOf(services, tenant, named));
    if (!switched.ok()) throw failureOf(switched.error());
    const auto& key = switched.value().key;
    const bool changed = switched.value().changed;
    return {(changed ? wanted.done : wanted.already) + key.name.text() + ", " + key.maskedKey() + "\n",
            jsonObject({{"key", toJson(key)}, {"changed", changed}})};
}

struct Arguments {
    std::string tenant;
    std::optional<std::string> id, email, name;
    std::optional<std::string> word{};  // the id, without its option
};

void addNameOptions(CLI::App& verb, Arguments& given) {
    addTenantOption(verb, given.tenant);
    auto* const id = verb.add_option("--id", given.id, "Id of the key")->type_name("ID");
    auto* const email =
        verb.add_option("--email", given.email, "Or the user whose key it is, with --name")->type_name("E-MAIL");
    auto* const name = verb.add_option("--name", given.name, "Name of the user's active key")->type_name("NAME");
    id->excludes(email)->excludes(name);
    email->needs(name);
    name->needs(email);
}

Named namedBy(const Arguments& given) {
    Named named;
    if (given.id) named.id = parseKeyId("--id", *given.id);
    if (given.word) named.id = parseKeyId("ID", *given.word);
    if (given.email) named.email = parseEmail("--email", *given.email);
    if (given.name) named.name = parseKeyName("--name", *given.name);
    if (!named.id && !named.email) throw usageFailure("which key? Give --id, or --email and --name");
    return named;
}

void addList(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "list", "List the active keys of one user, or of all users of a tenant.",
                               "  claviger key list --tenant acme\n"
                               "  claviger key list --tenant acme --email a@acme.example --json");
    const auto given = std::make_shared<Arguments>();
    addTenantOption(*verb, given->tenant);
    verb->add_option("--email", given->email, "Only the keys of this user")->type_name("E-MAIL");
    verb->callback([given, &chosen] {
        const auto slug = parseSlug("--tenant", given->tenant);
        const auto email = given->email ? std::optional(parseEmail("--email", *given->email)) : std::nullopt;
        chosen = [=](Services& services) { return listKeys(services, slug, email); };
    });
}

void addCreate(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "create",
                               "Create an API key for a user and print it, once: it is stored as a hash and can never "
                               "be shown again. With --quiet nothing else is printed.",
                               "  claviger key create --tenant acme --email a@acme.example --name Scripts\n"
                               "  (umask 077; claviger key create --tenant acme --email a@acme.example --name Scripts "
                               "--quiet > key)");
    const auto given = std::make_shared<Arguments>();
    const auto email = std::make_shared<std::string>(), name = std::make_shared<std::string>();
    const auto expires = std::make_shared<std::optional<std::string>>();
    addTenantOption(*verb, given->tenant);
    addEmailOption(*verb, *email);
    verb->add_option("--name", *name, "Name of the key, 1 to 100 characters")->type_name("NAME")->required();
    verb->add_option("--expires", *expires,
                     "Last day of the key in UTC, like 2027-01-31, or a time like 2027-01-31T12:00:00Z; default: never")
        ->type_name("TIME");
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        const auto slug = parseSlug("--tenant", given->tenant);
        const auto user = parseEmail("--email", *email);
        const domain::NewApiKey wanted{parseKeyName("--name", *name),
                                       *expires ? parseExpiry("--expires", **expires) : domain::KeyExpiry()};
        chosen = rehearsedIf(
            *dryRun, [=, dry = *dryRun](Services& services) { return createKey(services, slug, user, wanted, dry); });
    });
}

void addRegenerate(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "regenerate",
                               "Replace the value of an active key under its name and print the new one, once. The old "
                               "value stops working at once.",
                               "  claviger key regenerate --tenant acme --id 019ab0f2-53c1-7d2e-9f4a-0c1d2e3f4a5b\n"
                               "  claviger key regenerate --tenant acme --email a@acme.example --name Scripts");
    const auto given = std::make_shared<Arguments>();
    addNameOptions(*verb, *given);
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        const auto slug = parseSlug("--tenant", given->tenant);
        chosen = rehearsedIf(*dryRun, [slug, named = namedBy(*given), dry = *dryRun](Services& services) {
            return regenerateKey(services, slug, named, dry);
        });
    });
}

void addRevoke(CLI::App& group, Verb& chosen) {
    auto* const verb = addVerb(group, "revoke",
                               "End a key for good: it stops working at once, and its name is free. A dead key by its "
                               "id is already so.",
                               "  claviger key revoke --tenant acme --id 019ab0f2-53c1-7d2e-9f4a-0c1d2e3f4a5b\n"
                               "  claviger key revoke --tenant acme --email a@acme.example --name Scripts");
    const auto given = std::make_shared<Arguments>();
    addNameOptions(*verb, *given);
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        const auto slug = parseSlug("--tenant", given->tenant);
        chosen = rehearsedIf(
            *dryRun, [slug, named = namedBy(*given)](Services& services) { return revokeKey(services, slug, named); });
    });
}

const Switch kDisable{"disable",
                      "Disable a key: it stops working at once, until an operator enables it. Its owner can neither "
                      "enable nor regenerate it.",
                      "Disabled API key ", "Already disabled by an operator: API key ",
                      &domain::OperatorKeyService::disable};
const Switch kEnable{"enable", "Enable a key that its owner or an operator has disabled.", "Enabled API key ",
                     "Already enabled: API key ", &domain::OperatorKeyService::enable};

void addSwitch(CLI::App& group, Verb& chosen, const Switch& wanted) {
    const auto example = std::string("  claviger key ") + wanted.verb;
    auto* const verb = addVerb(group, wanted.verb, wanted.purpose,
                               example + " --tenant acme 019ab0f2-53c1-7d2e-9f4a-0c1d2e3f4a5b\n" + example +
                                   " --tenant acme --email a@acme.example --name Scripts");
    const auto given = std::make_shared<Arguments>();
    addNameOptions(*verb, *given);
    auto* const word = verb->add_option("ID", given->word, "Id of the key, like --id")->type_name("ID");
    for (const auto* other : {"--id", "--email", "--name"}) word->excludes(verb->get_option(other));
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        const auto slug = parseSlug("--tenant", given->tenant);
        chosen = rehearsedIf(*dryRun, [slug, named = namedBy(*given), wanted](Services& services) {
            return switchKey(services, slug, named, wanted);
        });
    });
}

}  // namespace

void addKeyCommands(CLI::App& app, Verb& chosen) {
    auto* const group = addGroup(app, "key", "List, create, regenerate, disable and revoke the API keys of users",
                                 "  claviger key list --tenant acme\n"
                                 "  claviger key create --tenant acme --email a@acme.example --name Scripts\n"
                                 "  claviger key revoke --tenant acme --email a@acme.example --name Scripts");
    addList(*group, chosen);
    addCreate(*group, chosen);
    addRegenerate(*group, chosen);
    addSwitch(*group, chosen, kDisable);
    addSwitch(*group, chosen, kEnable);
    addRevoke(*group, chosen);
}

}  // namespace claviger::cli

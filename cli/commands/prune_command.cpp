#include "cli/commands/prune_command.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>

#include "cli/frame/arguments.h"
#include "cli/frame/failure.h"
#include "cli/frame/output.h"

namespace claviger::cli {
namespace {

using domain::OldRows;
using domain::PrunedTenant;
using domain::PruneOrder;

constexpr unsigned kMostDays = 36'500;

const char* nameOf(OldRows rows) {
    switch (rows) {
        case OldRows::kSessions:
            return "sessions";
        case OldRows::kAuditEvents:
            return "audit";
        case OldRows::kKnownDevices:
            return "devices";
        case OldRows::kIndexedKeys:
            return "index";
        case OldRows::kLoginAttempts:
            break;
    }
    return "attempts";
}

// "30d"
std::chrono::days parseDays(const std::string& argument, const std::string& value, std::chrono::days least) {
    unsigned days = 0;
    const char* const end = value.data() + value.size();
    const auto [stop, failed] = std::from_chars(value.data(), end, days);
    const bool isDays = failed == std::errc() && stop + 1 == end && *stop == 'd';
    if (!isDays || days > kMostDays || std::chrono::days(days) < least)
        throw usageFailure(argument + " must be a number of days from " + std::to_string(least.count()) + "d to " +
                           std::to_string(kMostDays) + "d, such as " + std::to_string(10 * least.count()) + "d");
    return std::chrono::days(days);
}

struct Arguments {
    std::optional<std::string> sessions, audit, devices, tenant;

    PruneOrder order(bool dryRun) const {
        PruneOrder order{{}, {}, dryRun};
        const auto add = [&](OldRows rows, const std::optional<std::string>& value) {
            if (!value) return;
            order.kept.emplace(rows, parseDays(std::string("--") + nameOf(rows), *value, leastKept(rows)));
        };
        add(OldRows::kSessions, sessions);
        add(OldRows::kAuditEvents, audit);
        add(OldRows::kKnownDevices, devices);
        if (order.kept.empty()) throw usageFailure("give at least one of --sessions, --audit and --devices");
        for (const auto rows : {OldRows::kLoginAttempts, OldRows::kIndexedKeys})
            order.kept.emplace(rows, leastKept(rows));  // older ones count no more
        if (tenant) order.tenant = parseSlug("--tenant", *tenant);
        return order;
    }
};

using Counts = std::map<OldRows, std::uint64_t>;

bool isShown(const PrunedTenant& tenant) {
    return !tenant.failure.empty() ||
           std::any_of(tenant.rows.begin(), tenant.rows.end(), [](const auto& entry) { return entry.second > 0; });
}

Cells toRow(const std::string& name, const Counts& counts) {
    Cells cells{name};
    for (const auto rows : domain::kAllOldRows) {
        const auto found = counts.find(rows);
        cells.push_back(found == counts.end() ? "-" : std::to_string(found->second));
    }
    return cells;
}

JsonObject toJson(const Counts& counts) {
    JsonObject object(Poco::JSON_PRESERVE_KEY_ORDER);
    for (const auto& [rows, count] : counts) object.set(nameOf(rows), count);
    return object;
}

JsonObject toJson(const PrunedTenant& tenant) {
    auto object = jsonObject({{"tenant", tenant.slug.text()}, {"deleted", toJson(tenant.rows)}});
    if (!tenant.failure.empty()) object.set("failure", tenant.failure);
    return object;
}

Answer answerOf(const std::vector<PrunedTenant>& pruned) {
    std::vector<Cells> rows;
    JsonArray tenants;
    Counts all;
    std::string failures;
    for (const auto& tenant : pruned) {
        if (isShown(tenant)) rows.push_back(toRow(tenant.slug.text(), tenant.rows));
        tenants.add(toJson(tenant));
        for (const auto& [kind, count] : tenant.rows) all[kind] += count;
        if (!tenant.failure.empty()) failures += "tenant " + tenant.slug.text() + ": " + tenant.failure + "\n";
    }
    rows.push_back(toRow("all " + std::to_string(pruned.size()), all));
    Answer answer{
        .text = "Deleted rows:\n" + table({"TENANT", "SESSIONS", "AUDIT", "DEVICES", "ATTEMPTS", "INDEX"}, rows),
        .document = jsonObject({{"deleted", toJson(all)}, {"tenants", tenants}})};
    if (failures.empty()) return answer;
    answer.status = ExitStatus::kPartlyDone;
    answer.problem = failures +
                     "All others are done. Where a right is missing, run `claviger migrate`; then run this again: it "
                     "goes on where it was.";
    return answer;
}

Answer run(Services& services, const PruneOrder& order) {
    const auto pruned = services.pruning().prune(order);
    if (!pruned.ok()) throw failureOf(pruned.error());
    auto answer = answerOf(pruned.value());
    return order.dryRun ? asRehearsal(std::move(answer)) : answer;
}

void addAge(CLI::App& verb, const std::string& name, std::optional<std::string>& value, const std::string& purpose) {
    verb.add_option(name, value, purpose)->type_name("DAYS");
}

}  // namespace

void addPruneCommand(CLI::App& app, Verb& chosen) {
    auto* const verb = addVerb(app, "prune",
                               "Delete old rows of all tenants, in small batches beside the running service. Keys and "
                               "users stay. One tenant that fails does not stop the others (exit status 5). Stopped at "
                               "any moment, it goes on where it was when it is run again. It works with the account "
                               "database.prune_user, which can do nothing more.",
                               "  claviger prune --sessions 30d --audit 400d --devices 90d\n"
                               "  claviger prune --sessions 30d --tenant acme --dry-run");
    const auto given = std::make_shared<Arguments>();
    addAge(*verb, "--sessions", given->sessions, "Sessions whose absolute limit passed so long ago: 1d or more");
    addAge(*verb, "--audit", given->audit, "Audit events as old as that: 30d or more");
    addAge(*verb, "--devices", given->devices, "Known devices unused for so long: 90d or more");
    verb->add_option("--tenant", given->tenant, "Only this tenant")->type_name("SLUG");
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        chosen = [order = given->order(*dryRun)](Services& services) { return run(services, order); };
    });
}

}  // namespace claviger::cli

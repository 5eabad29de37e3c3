#include "cli/migrate_commands.h"

#include <algorithm>

#include "cli/output.h"

namespace claviger::cli {
namespace {

using domain::MigrationReport;
using domain::SchemaState;

std::string stateText(const SchemaState& state) {
    if (!state.failure.empty()) return "failed";
    if (state.version > state.newest) return "ahead";  // of this release; a newer one has been here
    return state.version == state.newest ? "current" : "behind";
}

Cells toRow(const SchemaState& state) {
    return {state.schema, std::to_string(state.version), std::to_string(state.newest), stateText(state)};
}

JsonObject toJson(const SchemaState& state) {
    auto object = jsonObject(
        {{"schema", state.schema}, {"version", state.version}, {"newest", state.newest}, {"state", stateText(state)}});
    if (!state.failure.empty()) object.set("failure", state.failure);
    return object;
}

Answer toAnswer(const MigrationReport& report) {
    std::vector<Cells> rows{toRow(report.control)};
    JsonArray tenants;
    std::string trouble;
    for (const auto& [slug, state] : report.tenants) {
        rows.push_back(toRow(state));
        auto tenant = toJson(state);
        tenant.set("tenant", slug.text());
        tenants.add(tenant);
        if (!state.failure.empty()) trouble += "tenant " + slug.text() + " is not migrated: " + state.failure + "\n";
    }
    const auto document = jsonObject({{"control", toJson(report.control)}, {"tenants", tenants}});
    const auto text = table({"SCHEMA", "VERSION", "NEWEST", "STATE"}, rows);
    if (trouble.empty()) return {text, document};
    return {text, document, ExitStatus::kPartlyDone,
            trouble + "All others are done. Put the reason right, then run `claviger migrate` again."};
}

}  // namespace

void addMigrateCommands(CLI::App& app, Verb& chosen) {
    auto* const verb = addVerb(app, "migrate",
                               "Bring the control schema and every tenant's schema up to this release. One tenant "
                               "that fails does not stop the others (exit status 5).",
                               "  claviger migrate\n  claviger migrate status\n  claviger migrate status --json");
    verb->callback([verb, &chosen] {
        if (verb->get_subcommands().empty())
            chosen = [](Services& services) { return toAnswer(services.migrations().run()); };
    });
    addVerb(*verb, "status", "Show how far each schema has come, changing nothing.",
            "  claviger migrate status\n  claviger migrate status --json")
        ->callback([&chosen] { chosen = [](Services& services) { return toAnswer(services.migrations().status()); }; });
}

}  // namespace claviger::cli

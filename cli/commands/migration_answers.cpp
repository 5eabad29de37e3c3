#include "cli/commands/migration_answers.h"

#include <map>

#include "cli/frame/output.h"

namespace claviger::cli {
namespace {

using domain::MigrationReport;
using domain::SchemaPlan;
using domain::SchemaState;

constexpr auto kCurrent = "current";

std::string stateText(const SchemaState& state) {
    if (!state.failure.empty()) return "failed";
    if (state.version > state.newest) return "ahead";  // a newer release has migrated it
    return state.version == state.newest ? kCurrent : "behind";
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

JsonObject toJson(const MigrationReport& report) {
    JsonArray tenants;
    for (const auto& [slug, state] : report.tenants) {
        auto tenant = toJson(state);
        tenant.set("tenant", slug.text());
        tenants.add(tenant);
    }
    return jsonObject({{"control", toJson(report.control)}, {"tenants", tenants}});
}

// "3 tenants: 2 current, 1 failed"
std::string countsOf(const MigrationReport& report) {
    std::map<std::string, std::size_t> counts;
    for (const auto& tenant : report.tenants) ++counts[stateText(tenant.state)];
    std::string text;
    for (const auto& [state, count] : counts)
        text += (text.empty() ? ": " : ", ") + std::to_string(count) + " " + state;
    const auto all = report.tenants.size();
    return std::to_string(all) + (all == 1 ? " tenant" : " tenants") + text + "\n";
}

std::string tableOf(const MigrationReport& report, Shown shown) {
    std::vector<Cells> rows{toRow(report.control)};
    for (const auto& tenant : report.tenants)
        if (shown == Shown::kAll || stateText(tenant.state) != kCurrent) rows.push_back(toRow(tenant.state));
    return table({"SCHEMA", "VERSION", "NEWEST", "STATE"}, rows);
}

std::string failuresOf(const MigrationReport& report) {
    std::string text;
    if (!report.control.failure.empty()) text += "the control schema does not fit: " + report.control.failure + "\n";
    for (const auto& [slug, state] : report.tenants)
        if (!state.failure.empty()) text += "tenant " + slug.text() + " is not migrated: " + state.failure + "\n";
    return text;
}

}  // namespace

Answer answerOfRun(const MigrationReport& report) {
    Answer answer{.text = tableOf(report, Shown::kNotCurrent) + countsOf(report), .document = toJson(report)};
    const auto failures = failuresOf(report);
    if (failures.empty()) return answer;
    answer.status = ExitStatus::kPartlyDone;
    answer.problem = failures + "All others are done. Put the reason right, then run `claviger migrate` again.";
    return answer;
}

Answer answerOfStatus(const MigrationReport& report, Shown shown) {
    return {.text = tableOf(report, shown) + countsOf(report) + failuresOf(report), .document = toJson(report)};
}

Answer answerOfPlan(const std::vector<SchemaPlan>& plans) {
    Answer answer;
    JsonArray statements;
    std::string failures;
    for (const auto& plan : plans) {
        if (!plan.failure.empty()) failures += plan.schema + " cannot be migrated: " + plan.failure + "\n";
        for (const auto& [name, sql] : plan.pending) {
            answer.text += "-- " + plan.schema + ", " + name + "\n" + sql + (sql.ends_with('\n') ? ";\n\n" : "\n;\n\n");
            statements.add(jsonObject({{"schema", plan.schema}, {"migration", name}, {"sql", sql}}));
        }
    }
    if (answer.text.empty()) answer.text = "-- There is nothing to migrate.\n";
    answer.document = jsonObject({{"statements", statements}});
    if (!failures.empty()) {
        answer.status = ExitStatus::kPartlyDone;
        answer.problem = failures + "Put the reason right before you migrate.";
    }
    return answer;
}

}  // namespace claviger::cli

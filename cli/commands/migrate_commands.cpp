#include "cli/commands/migrate_commands.h"

#include <memory>
#include <optional>

#include "cli/commands/migration_answers.h"
#include "cli/frame/arguments.h"
#include "cli/frame/failure.h"

namespace claviger::cli {
namespace {

using domain::MigrationOrder;
using domain::TenantState;

constexpr unsigned kDefaultJobs = 4;  // migrations mostly wait for the disk, so several can wait at once
constexpr unsigned kMostJobs = 64;

struct Arguments {
    std::optional<std::string> tenant;
    unsigned jobs = kDefaultJobs;
    bool all = false, check = false, dryRun = false;

    MigrationOrder order() const {
        MigrationOrder order;
        if (tenant) order.tenant = parseSlug("--tenant", *tenant);
        order.jobs = jobs;
        if (check) order.compared = domain::Histories::kOfAll;
        return order;
    }
};

domain::Result<domain::MigrationReport> runShown(Services& services, const MigrationOrder& order,
                                                 const ProgressOutput& output) {
    Progress progress(output);
    return services.migrations().run(order, [&](const TenantState& tenant, std::size_t done, std::size_t all) {
        const auto& [slug, state] = tenant;
        const auto outcome =
            state.failure.empty() ? ": version " + std::to_string(state.version) : " failed: " + state.failure;
        progress.step(slug.text() + outcome, done, all);
    });
}

Answer run(Services& services, const MigrationOrder& order, const ProgressOutput& output) {
    const auto report = runShown(services, order, output);
    if (!report.ok()) throw failureOf(report.error());
    return answerOfRun(report.value());
}

Answer plan(Services& services, const MigrationOrder& order) {
    const auto plans = services.migrations().plan(order);
    if (!plans.ok()) throw failureOf(plans.error());
    return answerOfPlan(plans.value());
}

Answer status(Services& services, const Arguments& given, const MigrationOrder& order) {
    const auto report = services.migrations().status(order);
    if (!report.ok()) throw failureOf(report.error());
    return answerOfStatus(report.value(), given.all || order.tenant ? Shown::kAll : Shown::kNotCurrent);
}

void addOptions(CLI::App& verb, Arguments& given) {
    verb.add_option("--tenant", given.tenant, "This tenant alone")->type_name("SLUG");
    verb.add_option("--jobs", given.jobs, "Tenants at a time")
        ->type_name("N")
        ->option_text("N (1 to 64; 4)")
        ->check(CLI::Range(1U, kMostJobs))
        ->capture_default_str();
    verb.add_flag("--check", given.check,
                  "Compare every schema's history with the migrations of this release, not only one schema's")
        ->disable_flag_override();
}

// Without this check `claviger migrate --jobs 2 status` would ignore the option.
void refuseOptionsBefore(const CLI::App& verb) {
    for (const auto* option : verb.get_options())
        if (option->count() > 0) throw usageFailure(option->get_name() + " stands behind `claviger migrate status`");
}

void addStatus(CLI::App& group, Verb& chosen) {
    auto* const verb =
        addVerb(group, "status", "Show which schemas are behind this release or have failed, changing nothing.",
                "  claviger migrate status\n  claviger migrate status --all\n"
                "  claviger migrate status --check --json");
    const auto given = std::make_shared<Arguments>();
    addOptions(*verb, *given);
    verb->add_flag("--all", given->all, "Show those that are up to date as well; --json always does")
        ->disable_flag_override();
    verb->callback([given, &chosen] {
        chosen = [given, order = given->order()](Services& services) { return status(services, *given, order); };
    });
}

}  // namespace

void addMigrateCommands(CLI::App& app, Verb& chosen, const ProgressOutput& output) {
    auto* const verb = addVerb(app, "migrate",
                               "Bring the control schema and every tenant's schema up to this release. One tenant "
                               "that fails does not stop the others (exit status 5). Stopped at any moment, it goes on "
                               "where it was when it is run again.",
                               "  claviger migrate\n  claviger migrate --jobs 8\n  claviger migrate --tenant acme\n"
                               "  claviger migrate --dry-run\n  claviger migrate status");
    const auto given = std::make_shared<Arguments>();
    addOptions(*verb, *given);
    verb->add_flag("--dry-run", given->dryRun, "Print the SQL and change nothing")->disable_flag_override();
    verb->callback([verb, given, &chosen, output] {
        if (!verb->get_subcommands().empty()) return refuseOptionsBefore(*verb);
        const auto order = given->order();
        if (given->dryRun)
            chosen = [order](Services& services) { return plan(services, order); };
        else
            chosen = [order, output](Services& services) { return run(services, order, output); };
    });
    addStatus(*verb, chosen);
}

}  // namespace claviger::cli

#include "domain/tenants/migration_service.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "domain/base/failure_of.h"
#include "domain/base/parallel.h"

namespace claviger::domain {
namespace {

bool isBehind(const TenantState& tenant) {
    return tenant.state.version < tenant.state.newest;
}

}  // namespace

std::string historyProblem(const Migrations& migrations, const SchemaName& schema) {
    return failureOf([&] {
        const auto lacking = migrations.pendingOf(schema);
        if (lacking.empty()) return;
        throw MigrationRefused(schema.text() + ": migration " + lacking.front().name +
                               " has not run there, though the tenant shows a later version: the schema was lost, or "
                               "is an older copy. Bring the right one back, or `claviger tenant drop` it and import "
                               "its last export; an older copy is brought up by `claviger tenant create`");
    });
}

MigrationService::MigrationService(TenantRegistry& registry, TenantSchemas& schemas, Migrations& migrations,
                                   MigrationFailures& failures, const Clock& clock)
    : registry_(registry), schemas_(schemas), migrations_(migrations), failures_(failures), clock_(clock) {}

Result<MigrationReport> MigrationService::status(const MigrationOrder& order) const {
    MigrationReport report{controlState(), {}};
    if (report.control.version == 0) return report;
    const auto tenants = chosen(order);
    if (!tenants.ok()) return tenants.error();
    report.tenants = statesOf(tenants.value());
    if (order.compared == Histories::kOfOneTenant) return report;
    report.control.failure = failureOf([&] { (void)migrations_.pendingOfControl(); });
    compareHistories(order, tenants.value(), report.tenants);
    return report;
}

Result<MigrationReport> MigrationService::run(const MigrationOrder& order, const MigrationProgress& progress) {
    migrations_.bringUpControl();
    MigrationReport report{controlState(), {}};
    const auto tenants = chosen(order);
    if (!tenants.ok()) return tenants.error();
    report.tenants = statesOf(tenants.value());
    compareHistories(order, tenants.value(), report.tenants);

    std::vector<std::size_t> behind;
    for (std::size_t i = 0; i < report.tenants.size(); ++i)
        if (isBehind(report.tenants[i])) behind.push_back(i);
    std::mutex mutex;
    std::size_t done = 0;
    forEachInParallel(order.jobs, behind.size(), [&](std::size_t i) {
        auto& state = report.tenants[behind[i]];
        bringUp(tenants.value()[behind[i]], state);
        const std::lock_guard lock(mutex);
        if (progress) progress(state, ++done, behind.size());
    });
    grantPruning(order, tenants.value(), report.tenants);
    return report;
}

Result<std::vector<SchemaPlan>> MigrationService::plan(const MigrationOrder& order) const {
    std::vector<SchemaPlan> plans{{kControlSchema, {}, migrations_.pendingOfControl()}};
    if (migrations_.controlVersion() == 0) return plans;
    const auto tenants = chosen(order);
    if (!tenants.ok()) return tenants.error();
    auto states = statesOf(tenants.value());
    compareHistories(order, tenants.value(), states);
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto& tenant = tenants.value()[i];
        SchemaPlan plan{tenant.schema.text(), tenant.slug, {}};
        if (isBehind(states[i]))
            plan.failure = failureOf([&] {
                schemas_.refuseUnfit(tenant);
                plan.pending = migrations_.pendingOf(tenant.schema);
            });
        else if (plan.failure = states[i].state.failure; plan.failure.empty())
            continue;
        plans.push_back(std::move(plan));
    }
    return plans;
}

SchemaState MigrationService::controlState() const {
    return {kControlSchema, migrations_.controlVersion(), migrations_.newestControlVersion()};
}

Result<std::vector<Tenant>> MigrationService::chosen(const MigrationOrder& order) const {
    if (!order.tenant) return registry_.list();
    const auto tenant = registry_.findBySlug(*order.tenant);
    if (!tenant) return Error{ErrorCode::kTenantNotFound, "there is no tenant " + order.tenant->text()};
    return std::vector{*tenant};
}

std::vector<TenantState> MigrationService::statesOf(const std::vector<Tenant>& tenants) const {
    std::map<TenantId, std::string> reasons;
    for (auto& [tenant, reason, at] : failures_.all()) reasons.emplace(tenant, std::move(reason));
    std::vector<TenantState> states;
    states.reserve(tenants.size());
    for (const auto& tenant : tenants) {
        auto& added = states.emplace_back(
            TenantState{tenant.slug, {tenant.schema.text(), tenant.schemaVersion, migrations_.newestTenantVersion()}});
        const auto failed = reasons.find(tenant.id);
        if (isBehind(added) && failed != reasons.end()) added.state.failure = std::move(failed->second);
    }
    return states;
}

// Compares the histories of the tenants that are up to date. The others are compared when they are brought up. With
// kOfOneTenant only the oldest tenant is compared, unless its comparison fails. An edited file fails for every tenant.
// A schema that was changed by hand fails only for its own.
void MigrationService::compareHistories(const MigrationOrder& order, const std::vector<Tenant>& tenants,
                                        std::vector<TenantState>& states) const {
    std::vector<std::size_t> current;
    for (std::size_t i = 0; i < tenants.size(); ++i)
        if (states[i].state.version == states[i].state.newest) current.push_back(i);
    if (current.empty()) return;

    const auto compare = [&](std::size_t which) {
        states[which].state.failure = historyProblem(migrations_, tenants[which].schema);
    };
    const auto byAge = [&](std::size_t a, std::size_t b) { return tenants[a].id < tenants[b].id; };
    const auto oldest = *std::min_element(current.begin(), current.end(), byAge);
    compare(oldest);
    if (order.compared == Histories::kOfOneTenant && states[oldest].state.failure.empty()) return;
    forEachInParallel(order.jobs, current.size(), [&](std::size_t i) { compare(current[i]); });
}

// The account of `claviger prune` may be younger than the schemas, and rights may have been revoked.
void MigrationService::grantPruning(const MigrationOrder& order, const std::vector<Tenant>& tenants,
                                    std::vector<TenantState>& states) {
    std::vector<Tenant> sound;
    std::map<TenantId, std::string*> failures;
    for (std::size_t i = 0; i < tenants.size(); ++i) {
        if (isBehind(states[i]) || !states[i].state.failure.empty()) continue;
        sound.push_back(tenants[i]);
        failures.emplace(tenants[i].id, &states[i].state.failure);
    }
    const auto lacking = schemas_.lackingPruning(sound);
    std::erase_if(sound, [&](const Tenant& tenant) { return !lacking.contains(tenant.id); });
    forEachInParallel(order.jobs, sound.size(), [&](std::size_t i) {
        *failures.at(sound[i].id) = failureOf([&] { schemas_.grantPruning(sound[i]); });
    });
}

void MigrationService::bringUp(const Tenant& tenant, TenantState& tenantState) {
    auto& state = tenantState.state;
    const bool failedBefore = !state.failure.empty();
    state.failure = failureOf([&] { state.version = std::max(state.version, schemas_.bringUp(tenant)); });
    if (!state.failure.empty())
        failures_.record({tenant.id, state.failure, clock_.now()});
    else if (failedBefore)
        failures_.clear(tenant.id);
}

}  // namespace claviger::domain

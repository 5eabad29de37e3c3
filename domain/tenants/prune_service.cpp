#include "domain/tenants/prune_service.h"

#include <algorithm>

namespace claviger::domain {

PruneService::PruneService(OldRowsStore& store, const Clock& clock, Pause pause)
    : store_(store), clock_(clock), pause_(std::move(pause)) {}

Result<std::vector<PrunedTenant>> PruneService::prune(const PruneOrder& order) {
    for (const auto& [rows, kept] : order.kept)
        if (kept < leastKept(rows))
            return Error{ErrorCode::kInvalidArgument,
                         "rows are kept for at least " + std::to_string(leastKept(rows).count()) + " days"};
    const auto tenants = chosen(order);
    if (!tenants.ok()) return tenants.error();
    std::vector<PrunedTenant> pruned;
    const auto now = clock_.now();
    for (const auto& tenant : tenants.value()) pruned.push_back(pruneOne(tenant, order, now));
    return pruned;
}

Result<std::vector<Tenant>> PruneService::chosen(const PruneOrder& order) const {
    auto tenants = store_.tenants();
    if (!order.tenant) return tenants;
    std::erase_if(tenants, [&](const Tenant& tenant) { return tenant.slug != *order.tenant; });
    if (tenants.empty()) return Error{ErrorCode::kTenantNotFound, "there is no tenant " + order.tenant->text()};
    return tenants;
}

PrunedTenant PruneService::pruneOne(const Tenant& tenant, const PruneOrder& order, Timestamp now) {
    PrunedTenant pruned{tenant.slug, {}, {}};
    try {
        for (const auto& [rows, kept] : order.kept) {
            auto& count = pruned.rows[rows];
            if (order.dryRun)
                count = store_.count(tenant, rows, now - kept);
            else
                deleteAll(tenant, rows, now - kept, count);
        }
    } catch (const std::exception& failure) {
        pruned.failure = failure.what();
    }
    return pruned;
}

void PruneService::deleteAll(const Tenant& tenant, OldRows rows, Timestamp before, std::uint64_t& deleted) {
    for (;;) {
        const auto began = std::chrono::steady_clock::now();
        const auto some = store_.deleteSome(tenant, rows, before);
        deleted += some;
        if (some < OldRowsStore::kMostAtOnce) return;
        pause_(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began));
    }
}

}  // namespace claviger::domain

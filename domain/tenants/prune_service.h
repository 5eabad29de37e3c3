#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/ports/control/old_rows.h"

namespace claviger::domain {

struct PruneOrder {
    std::map<OldRows, std::chrono::days> kept;  // the time to keep; rows of a kind that is not in it stay
    std::optional<TenantSlug> tenant;           // only this one; nullopt: all
    bool dryRun = false;                        // only count
};

struct PrunedTenant {
    TenantSlug slug;
    std::map<OldRows, std::uint64_t> rows;  // the number of deleted rows; in a dry run, of rows to delete
    std::string failure;                    // the reason why it was not finished; empty if it was
};

// Deletes old rows of tenants in small batches. If it is interrupted at any point, the next run continues there.
// Not thread-safe.
class PruneService {
public:
    // Called after each full batch with the time that the batch took. It may sleep, so that the running service gets
    // the database.
    using Pause = std::function<void(std::chrono::microseconds)>;

    PruneService(OldRowsStore&, const Clock&, Pause);  // references must outlive this

    // Prunes the tenants one after another. A tenant that fails is named in the result, and the others are pruned. Rows
    // that are added during the run stay.
    //   kInvalidArgument  a time in the order is shorter than leastKept(); nothing was deleted
    //   kTenantNotFound   there is no such tenant, or its schema is not complete
    // Throws StorageUnavailable or PruningNotGranted if the tenants cannot be listed.
    Result<std::vector<PrunedTenant>> prune(const PruneOrder&);

private:
    Result<std::vector<Tenant>> chosen(const PruneOrder&) const;
    PrunedTenant pruneOne(const Tenant&, const PruneOrder&, Timestamp now);
    void deleteAll(const Tenant&, OldRows, Timestamp before, std::uint64_t& deleted);

    OldRowsStore& store_;
    const Clock& clock_;
    const Pause pause_;
};

}  // namespace claviger::domain

#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/tenants/old_rows.h"

namespace claviger::domain {

struct PruneOrder {
    std::map<OldRows, std::chrono::days> kept;  // for how long; rows of a kind that is not in it stay
    std::optional<TenantSlug> tenant;           // only this one
    bool dryRun = false;                        // count, delete nothing
};

struct PrunedTenant {
    TenantSlug slug;
    std::map<OldRows, std::uint64_t> rows;  // that were deleted, or would be
    std::string failure;                    // why it was not finished; empty where it was
};

// Deletes old rows of tenants in small batches. Interrupted at any moment, it goes on when it is run again.
// Not thread-safe.
class PruneService {
public:
    // Called after each batch with the time that the batch took, so that the service beside it gets the database.
    using Pause = std::function<void(std::chrono::microseconds)>;

    PruneService(OldRowsStore&, const Clock&, Pause);  // references must outlive this

    // One tenant that fails is named in the result, and the others are done. Rows that are added during the run stay.
    //   kInvalidArgument  a time in the order is shorter than leastKept(); nothing was deleted
    //   kTenantNotFound   there is no such tenant, or its schema is not whole
    // Throws StorageUnavailable if the tenants cannot be listed.
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

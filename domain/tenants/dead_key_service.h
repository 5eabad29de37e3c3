#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "domain/base/clock.h"
#include "domain/model/dead_keys.h"
#include "domain/ports/control/tenant_archive.h"
#include "domain/tenants/noted_refusal.h"

namespace claviger::domain {

// The part of the dead keys that a list has, by the database's clock: the entries that were written from `since`
// on, or all (nullopt). Entries later than `upTo` may be missing.
struct DeadKeySpan {
    std::optional<Timestamp> since;
    Timestamp upTo;
};

// The list of dead keys, for operators: writes it, and reads lists from elsewhere. Every method throws
// StorageUnavailable, except check() and list(). Thread-safe: holds no mutable state.
class DeadKeyService {
public:
    explicit DeadKeyService(TenantArchive& archive) : archive_(archive) {}  // must outlive this

    // Returns the span for a list that is read after this call. `since` is the `upTo` of the list before it; nullopt:
    // the list has all dead keys.
    //
    // Consecutive lists lose no entry. An entry has the time of its statement, but is visible only after the commit, so
    // an earlier list may have missed it. The span therefore begins two hours before `since`. The longest statement of
    // the tool has one hour, and a worker's has seconds. The rest is for the clocks of two servers.
    DeadKeySpan span(const std::optional<Timestamp>& since) const;

    // Sends the dead keys of that span to the sink. Returns what record() would refuse of them.
    Unimportable read(const DeadKeySpan& span, ArchiveSink& sink);

    // Adds the keys of the source to the dead keys, for every import from now on. Returns the number of keys in the
    // source. The source is not trusted: every value must hold its rule (row_rules.h). Throws ArchiveRefused, which
    // names the row, and what the source throws. The rows before it may be stored then.
    std::size_t record(ArchiveSource&);

    // As record(), but stores nothing. list() adds the keys to `listed`, for TransferService::planImport.
    static std::size_t check(ArchiveSource&);
    static std::size_t list(ArchiveSource&, DeadKeys& listed);

private:
    static std::size_t eachBatch(ArchiveSource&, const std::function<void(const std::vector<ArchiveCells>&)>&);

    TenantArchive& archive_;
};

}  // namespace claviger::domain

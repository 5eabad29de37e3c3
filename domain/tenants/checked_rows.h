#pragma once

#include "domain/tenants/row_checks.h"

namespace claviger::domain {

// An archive source that checks every row of another source with RowChecks before it returns the row. Throws what
// RowChecks throws, and what the source throws. Not thread-safe.
class CheckedRows final : public ArchiveSource {
public:
    CheckedRows(ArchiveSource& source, ImportLimits limits, RowChecks::Opens opens)  // the source must outlive this
        : source_(source), checks_(limits, std::move(opens)) {}

    ArchiveHead head() override { return source_.head(); }
    std::optional<ArchiveTable> table() override;
    std::optional<ArchiveCells> row() override;

    // The users that were read so far, by their status.
    const UserCounts& users() const { return checks_.users(); }

    // The number of sealed passwords that were read so far.
    std::size_t sealedPasswords() const { return checks_.sealedPasswords(); }

private:
    ArchiveSource& source_;
    RowChecks checks_;
};

}  // namespace claviger::domain

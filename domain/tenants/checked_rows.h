#pragma once

#include "domain/tenants/row_checks.h"

namespace claviger::domain {

// Hands on an archive whose rows hold RowChecks. Throws what they throw, and what the source throws.
class CheckedRows final : public ArchiveSource {
public:
    CheckedRows(ArchiveSource& source, ImportLimits limits, RowChecks::Opens opens)  // the source must outlive this
        : source_(source), checks_(limits, std::move(opens)) {}

    ArchiveHead head() override { return source_.head(); }
    std::optional<ArchiveTable> table() override;
    std::optional<ArchiveCells> row() override;

    const UserCounts& users() const { return checks_.users(); }

private:
    ArchiveSource& source_;
    RowChecks checks_;
};

}  // namespace claviger::domain

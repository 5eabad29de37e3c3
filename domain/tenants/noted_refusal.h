#pragma once

#include <string>

#include "domain/ports/control/tenant_archive.h"
#include "domain/tenants/row_checks.h"

namespace claviger::domain {

// The first row of a written archive that an import under this configuration would refuse, with its rule. Empty if
// there is none. The archive holds all rows nevertheless.
using Unimportable = std::string;

// Forwards an archive unchanged, and finds the first row that an import would refuse. A table with a column of another
// release is not a fault of its rows: from that table on nothing is checked. For one thread. The sink must outlive this.
class NotedRefusal final : public ArchiveSink {
public:
    NotedRefusal(RowChecks checks, ArchiveSink& sink) : checks_(std::move(checks)), sink_(sink) {}

    void head(const ArchiveHead&) override;
    void table(const ArchiveTable&) override;
    void row(const ArchiveCells&) override;

    // To be called once, after the last row.
    Unimportable end();

private:
    template <class Check>
    void check(const Check& holds);

    RowChecks checks_;
    ArchiveSink& sink_;
    bool isKnown_ = true;
    Unimportable first_;
};

}  // namespace claviger::domain

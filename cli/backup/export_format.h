#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/frame/answer.h"
#include "domain/tenants/dead_key_service.h"

namespace claviger::cli {

constexpr auto kExportFormat = "claviger-tenant-export";
constexpr auto kDeadKeysFormat = "claviger-dead-keys";
constexpr int kExportVersion = 1;

// The name of a column's kind in an export.
std::string_view nameOf(domain::CellKind);

// Returns an object of version and fingerprint, in order of version.
JsonObject toJson(const domain::PepperFingerprints&);

// Writes an export as lines of JSON, each line as soon as its values are known. The head comes first, then each table's
// columns followed by its rows as arrays, at last `{"end":true,"rows":N}`. Bytes are hexadecimal digits.
// Call the methods in that order. Each throws what `Write` throws. Not thread-safe.
class ExportWriter final : public domain::ArchiveSink {
public:
    // Called with one line at a time, its "\n" included.
    using Write = std::function<void(const std::string&)>;
    explicit ExportWriter(Write write) : write_(std::move(write)) {}

    void head(const domain::ArchiveHead&) override;  // of a tenant's export
    void headOfDeadKeys(const domain::DeadKeySpan&);
    void table(const domain::ArchiveTable&) override;
    void row(const domain::ArchiveCells&) override;  // of the last table
    void end();

private:
    const Write write_;
    domain::ArchiveTable table_;
    std::size_t rows_ = 0;
};

}  // namespace claviger::cli

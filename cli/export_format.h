#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/answer.h"
#include "domain/tenants/transfer_service.h"

namespace claviger::cli {

constexpr auto kExportFormat = "claviger-tenant-export";
constexpr auto kDeadKeysFormat = "claviger-dead-keys";
constexpr int kExportVersion = 1;

std::string_view nameOf(domain::CellKind);

JsonObject toJson(const domain::PepperFingerprints&);

// Writes an export as lines of JSON, each as soon as it is known: the head, then each table's columns followed by its
// rows as arrays, at last `{"end":true,"rows":N}`. Bytes are hexadecimal digits. Hands over a line at a time.
class ExportWriter final : public domain::ArchiveSink {
public:
    using Write = std::function<void(const std::string&)>;
    explicit ExportWriter(Write write) : write_(std::move(write)) {}

    void head(const domain::ArchiveHead&) override;
    void headOfDeadKeys(const domain::TransferService::DeadKeysSpan&);
    void table(const domain::ArchiveTable&) override;
    void row(const domain::ArchiveCells&) override;
    void end();

private:
    const Write write_;
    domain::ArchiveTable table_;
    std::size_t rows_ = 0;
};

}  // namespace claviger::cli

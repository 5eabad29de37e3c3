#pragma once

#include <istream>
#include <string>

#include "cli/answer.h"
#include "domain/tenants/tenant_archive.h"

namespace claviger::cli {

// Reads an export line by line. Throws domain::ArchiveRefused, naming the line, for whatever is not as ExportWriter
// writes it; the end of a truncated file is such a thing.
class ExportReader final : public domain::ArchiveSource {
public:
    explicit ExportReader(std::istream& in) : in_(in) {}  // must outlive this

    domain::ArchiveHead head() override;
    void headOfDeadKeys();
    std::optional<domain::ArchiveTable> table() override;
    std::optional<domain::ArchiveCells> row() override;

    std::size_t line() const { return number_; }

private:
    JsonObject::Ptr begin(const std::string& format);
    void advance();
    [[noreturn]] void refuse(const std::string& why) const;
    template <class Work>
    auto checked(const Work& work) const;
    void checkEnd(const JsonObject&);
    std::optional<std::string> cell(const Poco::Dynamic::Var&, domain::CellKind) const;

    std::istream& in_;
    std::string text_;
    std::size_t number_ = 0;
    std::size_t rows_ = 0;
    domain::ArchiveTable table_;
};

// When an export or a backup was written, fit to be shown; empty if its head does not say. Throws
// domain::ArchiveRefused.
std::string timeIn(const JsonObject& head);

}  // namespace claviger::cli

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

    // What a list of dead keys says of itself. Lists of earlier releases have all keys, and say no more.
    struct DeadKeysHead {
        std::string since, upTo;  // as iso8601() gives them; empty: all of them, not said
    };
    DeadKeysHead headOfDeadKeys();

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

// The peppers that a head names. Throws domain::ArchiveRefused.
domain::PepperFingerprints peppersIn(const JsonObject& peppers);

// A time that a head says, fit to be shown: when an export or a backup was written. Empty if the head does not say it.
// Throws domain::ArchiveRefused.
std::string timeIn(const JsonObject& head, const std::string& name = "writtenAt");

}  // namespace claviger::cli

#pragma once

#include <istream>
#include <string>

#include "cli/frame/answer.h"
#include "domain/ports/control/tenant_archive.h"

namespace claviger::cli {

// Reads an export line by line. Call head() or headOfDeadKeys() first, then for each table table() and its rows.
// Every method throws domain::ArchiveRefused, which names the line, for text that ExportWriter does not write. The end
// of a truncated file is refused too. Not thread-safe.
class ExportReader final : public domain::ArchiveSource {
public:
    explicit ExportReader(std::istream& in) : in_(in) {}  // must outlive this

    domain::ArchiveHead head() override;

    // The head of a list of dead keys, with times as iso8601() gives them. Lists of earlier releases have all keys, and
    // neither time. An empty `since` means all keys from the beginning, an empty `upTo` an end that is not named.
    struct DeadKeysHead {
        std::string since, upTo;
    };
    DeadKeysHead headOfDeadKeys();

    std::optional<domain::ArchiveTable> table() override;  // nullopt: the export has ended, and is complete
    std::optional<domain::ArchiveCells> row() override;    // nullopt: the table has no further row

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

// Returns the peppers that a head names. Throws domain::ArchiveRefused for a wrong version or fingerprint, and
// Poco::Exception for a value that has no text.
domain::PepperFingerprints peppersIn(const JsonObject& peppers);

// Returns a time that a head holds, such as the time of an export or a backup. Empty if the head does not hold it. The
// text is safe to show: at most 30 digits and characters of times, but not necessarily a time. Throws
// domain::ArchiveRefused for any other text.
std::string timeIn(const JsonObject& head, const std::string& name = "writtenAt");

}  // namespace claviger::cli

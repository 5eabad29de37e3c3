#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/answer.h"
#include "cli/failure.h"

namespace claviger::cli {

enum class Format { kText, kQuiet, kJson };

// A terminal that more than plain lines can be shown on.
bool isCapableTerminal(int descriptor);

// Whether a stream's reader sees colours: a terminal, unless NO_COLOR is set or TERM is dumb.
enum class Colours { kNone, kTerminal };
Colours coloursOf(int descriptor);

using Cells = std::vector<std::string>;

// Rows under a heading, each column as wide as its widest cell (in code points).
std::string table(const Cells& heading, const std::vector<Cells>& rows);

// One "name  value" a line, the values under each other.
std::string record(const std::vector<std::pair<std::string, std::string>>& fields);

// Where the tool's words go. Data goes to `out`, as text or as exactly one JSON document; what went wrong goes
// to `errors` in words, and with kJson to `out` as well, so that a script reads one stream. kQuiet leaves of the
// text what a script asks for.
class Output {
public:
    Output(std::ostream& out, std::ostream& errors, Format format, Colours ofErrors = Colours::kNone)
        : out_(out), errors_(errors), format_(format), ofErrors_(ofErrors) {}

    // The status to exit with: the answer's own, or kFailed if the data could not be written.
    ExitStatus show(const Answer&);
    ExitStatus show(const Failure&);

private:
    void showDocument(const JsonObject&);
    void tell(const std::string& trouble);

    std::ostream& out_;
    std::ostream& errors_;
    Format format_;
    Colours ofErrors_;
};

}  // namespace claviger::cli

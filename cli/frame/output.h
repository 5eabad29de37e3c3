#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/frame/answer.h"
#include "cli/frame/failure.h"

namespace claviger::cli {

enum class Format { kText, kQuiet, kJson };

// Whether the descriptor is a terminal that can show a progress bar and colours: TERM is set and not "dumb".
bool isCapableTerminal(int descriptor);

// kTerminal for a capable terminal, unless NO_COLOR is set and not empty.
enum class Colours { kNone, kTerminal };
Colours coloursOf(int descriptor);

using Cells = std::vector<std::string>;

// Returns the rows under a heading, each column as wide as its widest cell (in code points). No row may have more cells
// than the heading.
std::string table(const Cells& heading, const std::vector<Cells>& rows);

// Returns one "name  value" a line, the values under each other.
std::string record(const std::vector<std::pair<std::string, std::string>>& fields);

// Writes answers and failures to the two streams, which must outlive it. Data goes to `out`, as text or as exactly one
// JSON document. Errors go to `errors` in words. With kJson a failure goes to `out` as well, so that a script reads one
// stream. kQuiet writes Answer::quiet in place of the text. Not thread-safe.
class Output {
public:
    Output(std::ostream& out, std::ostream& errors, Format format, Colours ofErrors = Colours::kNone)
        : out_(out), errors_(errors), format_(format), ofErrors_(ofErrors) {}

    // Returns the status to exit with: the answer's own, or kFailed if the data could not be written.
    ExitStatus show(const Answer&);

    // Returns the failure's status, whether or not the failure could be written.
    ExitStatus show(const Failure&);

private:
    void showDocument(const JsonObject&);
    void tell(const std::string& problem);

    std::ostream& out_;
    std::ostream& errors_;
    Format format_;
    Colours ofErrors_;
};

}  // namespace claviger::cli

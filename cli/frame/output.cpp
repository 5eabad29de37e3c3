#include "cli/frame/output.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "domain/base/utf8.h"

namespace claviger::cli {
namespace {

std::size_t width(const std::string& cell) {
    const auto points = domain::decodeUtf8(cell);
    return points ? points->size() : cell.size();
}

std::string line(const Cells& cells, const std::vector<std::size_t>& widths) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        text += cells[i];
        if (i + 1 < cells.size()) text.append(widths[i] - width(cells[i]) + 2, ' ');
    }
    return text + '\n';
}

// Returns the number of bytes of the first character, or 0 if the text does not begin with a character.
std::size_t lengthOfCharacter(std::string_view text) {
    for (std::size_t length = 1; length <= std::min<std::size_t>(text.size(), 4); ++length)
        if (domain::decodeUtf8(text.substr(0, length))) return length;
    return 0;
}

// Replaces bytes that are not UTF-8, since a document must be UTF-8. Arguments and file names may hold any bytes.
std::string wellFormed(std::string_view text) {
    std::string repaired;
    repaired.reserve(text.size());
    while (!text.empty()) {
        const auto length = lengthOfCharacter(text);
        repaired += length > 0 ? text.substr(0, length) : "\uFFFD";
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return repaired;
}

}  // namespace

std::string table(const Cells& heading, const std::vector<Cells>& rows) {
    std::vector<std::size_t> widths(heading.size());
    const auto measure = [&](const Cells& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], width(cells[i]));
    };
    measure(heading);
    std::for_each(rows.begin(), rows.end(), measure);

    auto text = line(heading, widths);
    for (const auto& row : rows) text += line(row, widths);
    return text;
}

std::string record(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::size_t widest = 0;
    for (const auto& [name, value] : fields) widest = std::max(widest, width(name));
    std::string text;
    for (const auto& [name, value] : fields) text += line({name, value}, {widest});
    return text;
}

Answer answerOf(std::string text, JsonObject document, std::string quiet) {
    Answer answer{std::move(text), std::move(document)};
    answer.quiet = std::move(quiet);
    return answer;
}

JsonObject jsonObject(std::initializer_list<std::pair<std::string, Poco::Dynamic::Var>> members) {
    JsonObject object(Poco::JSON_PRESERVE_KEY_ORDER);
    for (const auto& [name, value] : members) object.set(name, value);
    return object;
}

bool isCapableTerminal(int descriptor) {
    const char* const terminal = std::getenv("TERM");
    return ::isatty(descriptor) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

Colours coloursOf(int descriptor) {
    const char* const refused = std::getenv("NO_COLOR");
    const bool none = (refused != nullptr && *refused != '\0') || !isCapableTerminal(descriptor);
    return none ? Colours::kNone : Colours::kTerminal;
}

ExitStatus Output::show(const Answer& answer) {
    if (format_ == Format::kJson)
        showDocument(answer.document);
    else
        out_ << (format_ == Format::kQuiet ? answer.quiet : answer.text);
    if (!answer.problem.empty()) tell(answer.problem);
    if (out_.flush()) return answer.status;

    tell("the standard output cannot be written" + (answer.ifUnwritten.empty() ? "" : ": " + answer.ifUnwritten));
    return ExitStatus::kFailed;
}

ExitStatus Output::show(const Failure& failure) {
    if (format_ == Format::kJson) {
        auto error = jsonObject({{"code", failure.code()}, {"message", std::string(failure.what())}});
        if (!failure.next().empty()) error.set("next", failure.next());
        showDocument(jsonObject({{"error", error}}));
        out_.flush();
    }
    tell(failure.what());
    if (!failure.next().empty()) errors_ << failure.next() << '\n';
    return failure.status();
}

void Output::tell(const std::string& problem) {
    const bool red = ofErrors_ == Colours::kTerminal;
    errors_ << (red ? "\033[1;31mclaviger:\033[0m " : "claviger: ") << problem << '\n';
}

void Output::showDocument(const JsonObject& document) {
    std::ostringstream text;
    document.stringify(text);
    out_ << wellFormed(text.view()) << '\n';
}

}  // namespace claviger::cli

#include "cli/frame/help.h"

#include <sstream>

namespace claviger::cli {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kOptions = 30, kVerbs = 16;  // widths of the column before the description

// Wraps the words into lines of at most `width` bytes. A longer word gets a line of its own.
std::string wrapped(const std::string& text, std::size_t width) {
    std::istringstream words(text);
    std::string all;
    std::size_t length = 0;
    for (std::string word; words >> word;) {
        const bool fits = length > 0 && length + 1 + word.size() <= width;
        if (!all.empty()) all += fits ? ' ' : '\n';
        length = fits ? length + 1 + word.size() : word.size();
        all += word;
    }
    return all;
}

std::string inColumns(const std::string& name, const std::string& said, std::size_t first) {
    std::ostringstream out;
    CLI::detail::format_help(out, name, wrapped(said, kWidth - first), first);
    return out.str();
}

}  // namespace

std::string summaryOf(const std::string& purpose) {
    auto sentence = purpose.substr(0, purpose.find(". "));
    if (sentence.ends_with('.')) sentence.pop_back();
    return sentence;
}

HelpFormatter::HelpFormatter() {
    label("SUBCOMMAND", "VERB");
    label("REQUIRED", "(required)");
}

std::string HelpFormatter::make_description(const CLI::App* app) const {
    return wrapped(app->get_description(), kWidth) + "\n\n";
}

std::string HelpFormatter::make_subcommand(const CLI::App* verb) const {
    return inColumns(verb->get_name(), summaryOf(verb->get_description()), kVerbs);
}

// Omits the type of a positional argument whose name is the type already: FILE, not FILE FILE.
std::string HelpFormatter::make_option(const CLI::Option* option, bool isPositional) const {
    const auto name = make_option_name(option, isPositional);
    auto more = make_option_opts(option);
    if (isPositional && more.starts_with(" " + option->get_type_name()))
        more = more.substr(1 + option->get_type_name().size());
    return inColumns(name + more, make_option_desc(option), kOptions);
}

}  // namespace claviger::cli

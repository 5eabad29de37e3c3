#include "cli/documentation/manual.h"

#include <sstream>

namespace claviger::cli {
namespace {

// Escapes the text for roff, so that no letter of it is a request or an escape.
std::string plain(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        if (letter == '\\')
            result += "\\e";
        else if (letter == '-')
            result += "\\-";
        else if ((letter == '.' || letter == '\'') && (result.empty() || result.back() == '\n'))
            result += std::string("\\&") + letter;
        else
            result += letter;
    }
    return result;
}

std::string bold(const std::string& text) {
    return "\\fB" + plain(text) + "\\fR";
}

std::string value(const std::string& text) {
    return "\\fI" + plain(text) + "\\fR";
}

std::string nameOf(const CommandOption& option) {
    std::string text;
    for (const auto& name : option.names)
        text += (text.empty() ? "" : ", ") + (option.positional ? value(name) : bold(name));
    return option.positional || option.value.empty() ? text : text + " " + value(option.value);
}

std::string describe(const CommandOption& option) {
    auto text = ".TP\n" + nameOf(option) + "\n" + plain(option.purpose) + ".";
    if (!option.choices.empty()) {
        text += " One of";
        for (const auto& choice : option.choices)
            text += (choice == option.choices.front() ? " " : ", ") + plain(choice);
        text += ".";
    }
    if (!option.standard.empty()) text += " Default: " + plain(option.standard) + ".";
    return text + (option.required ? " Required.\n" : "\n");
}

// The options of one verb. The options of every command are described once, at the top of the page.
std::string options(const Command& command) {
    std::string text;
    for (const auto& option : command.options)
        if (command.words.empty() || option.names.front() != "--help") text += describe(option);
    return text;
}

std::string synopsis(const Command& command) {
    auto text = "claviger" + (command.words.empty() ? "" : " " + command.words);
    std::string line = bold(text);
    for (const auto& option : command.options) {
        if (option.positional) line += " " + value(option.names.front());
        if (!option.positional && option.required)
            line += " " + bold(option.names.front()) + (option.value.empty() ? "" : " " + value(option.value));
    }
    return line;
}

// Returns the text line for line. It omits the line that closes every --help, since the top of the page has it.
std::string literal(const std::string& text) {
    std::string lines;
    std::istringstream input(text);
    for (std::string line; std::getline(input, line);)
        if (!line.starts_with("Everywhere: ")) lines += plain(line) + "\n";
    return ".nf\n" + lines + ".fi\n";
}

}  // namespace

std::string manualPage(const std::vector<Command>& commands, const std::string& version) {
    const auto& tool = commands.front();
    auto page = ".\\\" Made by `claviger man`.\n.TH CLAVIGER 1 \"\" \"claviger " + version +
                "\" \"Claviger\"\n.SH NAME\nclaviger \\- provisions tenants and their users, migrates the schemas\n"
                ".SH SYNOPSIS\n\\fBclaviger\\fR \\fIVERB\\fR [\\fIOPTION\\fR...]\n.SH DESCRIPTION\n" +
                plain(tool.purpose) + "\n.SH OPTIONS\nThese may stand anywhere.\n" + options(tool) + ".SH VERBS\n";
    for (const auto& command : commands) {
        const bool groups = !command.verbs.empty() && command.options.size() <= 1;
        if (command.words.empty() || groups) continue;  // these do nothing without a verb
        page += ".SS " + synopsis(command) + "\n" + plain(command.purpose) + "\n" + options(command) + ".PP\n" +
                literal(command.examples);
    }
    return page + ".SH EXAMPLES AND EXIT STATUS\n" + literal(tool.examples);
}

}  // namespace claviger::cli

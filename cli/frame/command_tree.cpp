#include "cli/frame/command_tree.h"

#include <sstream>

#include "cli/frame/help.h"

namespace claviger::cli {
namespace {

// The library has a set only as part of the type's name: "SHELL:{bash,fish,zsh}".
std::vector<std::string> choicesOf(const std::string& type) {
    const auto begin = type.find('{');
    const auto end = type.find('}', begin);
    if (begin == std::string::npos || end == std::string::npos) return {};
    std::istringstream set(type.substr(begin + 1, end - begin - 1));
    std::vector<std::string> choices;
    for (std::string choice; std::getline(set, choice, ',');) choices.push_back(choice);
    return choices;
}

CommandOption toOption(const CLI::Option& option) {
    CommandOption known{};
    for (const auto& name : option.get_lnames()) known.names.push_back("--" + name);
    for (const auto& name : option.get_snames()) known.names.push_back("-" + name);
    known.positional = option.get_positional();
    if (known.positional) known.names.push_back(option.get_name(true));
    const auto type = option.get_type_name();
    known.choices = choicesOf(type);
    if (option.get_items_expected_max() > 0) known.value = type.substr(0, type.find(':'));
    if (!known.value.empty()) known.standard = option.get_default_str();
    known.purpose = option.get_description();
    known.required = option.get_required();
    return known;
}

void addWithInner(const CLI::App& app, const std::string& words, std::vector<Command>& commands) {
    Command command{words, app.get_description(), app.get_footer(), {}, {}};
    for (const auto* option : app.get_options()) command.options.push_back(toOption(*option));
    const auto inner = app.get_subcommands([](const CLI::App*) { return true; });
    for (const auto* verb : inner) command.verbs.push_back(verb->get_name());
    commands.push_back(std::move(command));
    for (const auto* verb : inner) addWithInner(*verb, (words.empty() ? "" : words + " ") + verb->get_name(), commands);
}

}  // namespace

std::string Command::summary() const {
    return summaryOf(purpose);
}

std::vector<Command> commandsOf(const CLI::App& tool) {
    std::vector<Command> commands;
    addWithInner(tool, "", commands);
    return commands;
}

}  // namespace claviger::cli

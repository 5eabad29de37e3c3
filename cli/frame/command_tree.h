#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace claviger::cli {

// One option or positional argument, as --help shows it.
struct CommandOption {
    std::vector<std::string> names;    // "--json", "-q"; of a positional argument its one name, "SLUG"
    std::string value;                 // the placeholder of its value, "FILE"; empty for a flag
    std::vector<std::string> choices;  // all allowed values; empty if they are not a fixed set
    std::string standard;              // the default; empty if there is none
    std::string purpose;
    bool positional;
    bool required;

    bool takesFile() const { return value == "FILE" || value == "FOLDER"; }
};

// One verb, or a group of them.
struct Command {
    std::string words;  // "tenant create"; empty for the tool itself
    std::string purpose;
    std::string examples;  // the end of --help
    std::vector<CommandOption> options;
    std::vector<std::string> verbs;  // the possible next words; empty for a verb without subcommands

    // The first sentence of the purpose, without its full stop.
    std::string summary() const;
};

// Returns every command of the tool, each before its subcommands. The first is the tool itself, so the result is never
// empty. It is a copy and refers to no part of `tool`. Completion scripts and the manual page are made from it, so that
// they have everything that --help shows.
std::vector<Command> commandsOf(const CLI::App& tool);

}  // namespace claviger::cli

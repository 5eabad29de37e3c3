#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace claviger::cli {

// One option or positional argument, as --help shows it.
struct CommandOption {
    std::vector<std::string> names;    // "--json", "-q"; of a positional argument its one name, "SLUG"
    std::string value;                 // what it takes, "FILE"; empty for a flag
    std::vector<std::string> choices;  // all that it may be, where that is a fixed set
    std::string standard;              // what it is when it is not given; may be empty
    std::string purpose;
    bool positional;
    bool required;

    bool takesFile() const { return value == "FILE" || value == "FOLDER"; }
};

// One verb, or a group of them.
struct Command {
    std::string words;  // "tenant create"; empty for the tool itself
    std::string purpose;
    std::string examples;  // what --help closes with
    std::vector<CommandOption> options;
    std::vector<std::string> verbs;  // the next words

    // The first sentence of the purpose, without its full stop.
    std::string summary() const;
};

// Every command of the tool, each before those that are in it: what completion scripts and the manual page are made
// from, so that they know whatever --help knows. The first is the tool itself.
std::vector<Command> commandsOf(const CLI::App& tool);

}  // namespace claviger::cli

#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace claviger::cli {

// Returns the first sentence of a verb's purpose, without its full stop, for lists of verbs. Returns a text without a
// full stop as it is. Thread-safe.
std::string summaryOf(const std::string& purpose);

// The form of --help. No line of prose is wider than a terminal of 80 columns. A list of verbs has one line for each,
// with its summary.
class HelpFormatter final : public CLI::Formatter {
public:
    HelpFormatter();

    std::string make_description(const CLI::App*) const override;
    std::string make_subcommand(const CLI::App*) const override;
    std::string make_option(const CLI::Option*, bool isPositional) const override;
};

}  // namespace claviger::cli

#include "cli/verb.h"

namespace claviger::cli {
namespace {

std::string footer(const std::string& examples) {
    return "Examples:\n" + examples +
           "\nEverywhere: --json for one JSON document, --config FILE for another configuration.";
}

}  // namespace

CLI::App* addGroup(CLI::App& parent, const std::string& name, const std::string& purpose, const std::string& examples) {
    auto* const group = addVerb(parent, name, purpose, examples);
    group->require_subcommand(1);
    return group;
}

CLI::App* addVerb(CLI::App& parent, const std::string& name, const std::string& purpose, const std::string& examples) {
    auto* const verb = parent.add_subcommand(name, purpose);
    verb->fallthrough();  // --json and --config may stand behind the verb as well
    verb->footer(footer(examples));
    return verb;
}

}  // namespace claviger::cli

#include "cli/frame/verb.h"

namespace claviger::cli {
namespace {

std::string footer(const std::string& examples) {
    return "Examples:\n" + examples +
           "\nEverywhere: --json for one JSON document, --quiet for bare values, --config FILE for another "
           "configuration.";
}

}  // namespace

std::shared_ptr<bool> addDryRun(CLI::App& verb) {
    const auto given = std::make_shared<bool>(false);
    verb.add_flag("--dry-run", *given, "Say what would be done, and change nothing")->disable_flag_override();
    return given;
}

Verb rehearsedIf(bool dryRun, Verb verb) {
    if (!dryRun) return verb;
    return [verb = std::move(verb)](Services& services) {
        services.rehearse();
        return asRehearsal(verb(services));
    };
}

Answer asRehearsal(Answer answer) {
    answer.text = "Dry run: nothing was changed. Without --dry-run the answer would be:\n" + answer.text;
    answer.document.set("dryRun", true);
    return answer;
}

CLI::App* addGroup(CLI::App& parent, const std::string& name, const std::string& purpose, const std::string& examples) {
    auto* const group = addVerb(parent, name, purpose, examples);
    group->require_subcommand(1);
    return group;
}

CLI::App* addVerb(CLI::App& parent, const std::string& name, const std::string& purpose, const std::string& examples) {
    auto* const verb = parent.add_subcommand(name, purpose);
    verb->fallthrough();  // --json and --config may stand behind the verb as well
    verb->group("Verbs");
    verb->footer(footer(examples));
    return verb;
}

}  // namespace claviger::cli

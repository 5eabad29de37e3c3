#include "cli/program.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <string_view>

#include "cli/apply/apply_command.h"
#include "cli/backup/backup_commands.h"
#include "cli/commands/doctor_command.h"
#include "cli/commands/key_commands.h"
#include "cli/commands/migrate_commands.h"
#include "cli/commands/pepper_commands.h"
#include "cli/commands/prune_command.h"
#include "cli/commands/tenant_commands.h"
#include "cli/commands/user_commands.h"
#include "cli/documentation/documentation_commands.h"
#include "cli/frame/help.h"
#include "cli/frame/output.h"
#include "cli/frame/progress.h"
#include "cli/frame/verb_names.h"

namespace claviger::cli {
namespace {

constexpr auto kDefaultConfiguration = "/etc/claviger/claviger.conf";

constexpr auto kFooter =
    "Examples:\n"
    "  claviger migrate\n"
    "  claviger tenant create acme --host acme.example.com --name \"Acme Inc\"\n"
    "  claviger user create --tenant acme --email owner@acme.example --password-stdin < password.txt\n"
    "  claviger tenant list --json\n"
    "\n"
    "Exit status: 0 done or already so, 1 failed, 2 usage, 3 not found, 4 conflict, 5 partly done.\n"
    "`claviger VERB --help` tells more about each.";

// The options of every verb.
struct Globals {
    bool json = false;
    bool quiet = false;
    std::string configuration = kDefaultConfiguration;
};

void describe(CLI::App& app, Globals& globals) {
    app.formatter(std::make_shared<HelpFormatter>());  // first: each verb takes its parent's
    app.set_version_flag("--version", "claviger " CLAVIGER_VERSION, "Print the version and exit");
    app.add_flag("--json", globals.json, "Print exactly one JSON document, also for a failure")
        ->disable_flag_override();
    app.add_flag("--quiet,-q", globals.quiet, "Print nothing but what a script asks for: names, ids, keys")
        ->disable_flag_override();
    app.add_option("--config", globals.configuration, "The configuration file")
        ->type_name("FILE")
        ->capture_default_str();
    app.require_subcommand(1);
    app.footer(kFooter);
}

// The last verb or group that the command line reached, and the words that name it: "claviger user create".
struct Reached {
    const CLI::App* app;
    std::string words;
};

Reached reachedBy(const CLI::App& app) {
    Reached reached{&app, "claviger"};
    while (!reached.app->get_subcommands().empty()) {
        reached.app = reached.app->get_subcommands().front();
        reached.words += " " + reached.app->get_name();
    }
    return reached;
}

constexpr std::size_t kLongestOption = 20;  // of an unknown option, its dashes included

std::string unknownOption(const Reached& reached, const std::string& word) {
    const auto option = word.substr(0, word.starts_with("--") ? word.find('=') : 2);
    const auto what = isNameLike(option, kLongestOption) ? "option " + option : std::string("such option");
    return "there is no " + what + " of `" + reached.words + "`";
}

// Names the option whose value is refused, and the values that it takes. The library's text begins with the name and
// repeats the value.
std::string refusedValue(const Reached& reached, std::string_view text) {
    constexpr std::string_view kUnconverted = "Could not convert: ";
    if (text.starts_with(kUnconverted)) text.remove_prefix(kUnconverted.size());
    const std::string name(text.substr(0, text.find_first_of(": ")));
    for (const auto* app = reached.app; app != nullptr; app = app->get_parent())
        if (const auto* const option = app->get_option_no_throw(name))
            return name + ": it takes " + option->get_option_text();
    return "an option has a value that it does not take";
}

// Describes the misuse in words of our own where the library would repeat a value, since that may be a password.
std::string misuse(const CLI::App& app, const Reached& reached, const CLI::ParseError& error) {
    const auto verbs = verbsAfter(*reached.app);
    const auto extras = app.remaining(true);
    if (extras.empty()) {
        if (error.get_name() == "RequiredError" && !verbs.empty()) return "which verb? " + listed(verbs);
        if (error.get_name() == "ValidationError" || error.get_name() == "ConversionError")
            return refusedValue(reached, error.what());
        const std::string why = error.what();
        return why.substr(0, why.find(" = "));  // the rest is a value that a flag does not take
    }
    const auto& first = extras.front();
    if (first.starts_with('-')) return unknownOption(reached, first);
    if (!verbs.empty()) return noSuchVerb(reached.words, first, verbs);
    return "`" + reached.words + "` has an argument too many";
}

// Determines the format before the arguments are parsed, so that misuse is reported in the selected format.
Format formatOf(int count, const char* const* arguments) {
    const auto has = [&](std::string_view flag) {
        return std::any_of(arguments, arguments + count, [&](std::string_view word) { return word == flag; });
    };
    if (has("--json")) return Format::kJson;
    return has("--quiet") || has("-q") ? Format::kQuiet : Format::kText;
}

// Refuses "--config=" and its like. The library would take the next word as the value.
void refuseEmptyValues(int count, const char* const* arguments) {
    for (int i = 1; i < count && std::string_view(arguments[i]) != "--"; ++i) {
        const std::string word(arguments[i]);
        if (word.starts_with("--") && word.find('=') == word.size() - 1)
            throw usageFailure(word.substr(0, word.size() - 1) + " has no value",
                               "Write one behind the =, or leave the option out.");
    }
}

// Refuses a --config that is no file. A path that cannot be examined is not misuse: another account may read it.
void checkConfiguration(const CLI::App& app, const Globals& globals) {
    using std::filesystem::file_type;
    if (app.count("--config") == 0) return;
    if (globals.configuration.empty()) throw usageFailure("--config: the name of the file is empty");
    std::error_code ignored;
    const auto type = std::filesystem::status(globals.configuration, ignored).type();
    if (type == file_type::not_found) throw usageFailure("--config: there is no file " + globals.configuration);
    if (type == file_type::directory)
        throw usageFailure("--config: " + globals.configuration + " is a folder", "Name the file in it.");
}

}  // namespace

ExitStatus runProgram(int count, const char* const* arguments, const ServicesMaker& makeServices, std::ostream& out,
                      std::ostream& errors) {
    const auto format = formatOf(count, arguments);
    Output output(out, errors, format, coloursOf(STDERR_FILENO));
    const auto progressStyle = format == Format::kText ? progressStyleOfErrors() : ProgressStyle::kNone;
    Globals globals;
    Verb chosen;
    CLI::App app("The tool of Claviger: provisions tenants and their users, migrates the schemas.", "claviger");
    try {
        describe(app, globals);
        addTenantCommands(app, chosen);
        addUserCommands(app, chosen);
        addKeyCommands(app, chosen);
        addMigrateCommands(app, chosen, {errors, progressStyle});
        addPepperCommands(app, chosen);
        addBackupCommands(app, chosen);
        addPruneCommand(app, chosen);
        addApplyCommand(app, chosen);
        addDoctorCommand(app, chosen);
        addDocumentationCommands(app, chosen);

        refuseEmptyValues(count, arguments);
        app.parse(count, arguments);
        checkConfiguration(app, globals);
        const auto services = makeServices(globals.configuration);
        return output.show(chosen(*services));
    } catch (const CLI::Success& asked) {
        return app.exit(asked, out, errors) == 0 ? ExitStatus::kDone : ExitStatus::kUsage;
    } catch (const CLI::ParseError& error) {
        const auto reached = reachedBy(app);
        return output.show(usageFailure(misuse(app, reached, error), "See `" + reached.words + " --help`."));
    } catch (...) {
        return output.show(currentFailure());
    }
}

}  // namespace claviger::cli

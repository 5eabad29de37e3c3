#include "cli/documentation/documentation_commands.h"

#include <map>
#include <memory>

#include "cli/documentation/completion.h"
#include "cli/documentation/manual.h"
#include "cli/frame/failure.h"
#include "cli/frame/output.h"
#include "cli/frame/verb_names.h"

namespace claviger::cli {
namespace {

using Script = std::string (*)(const std::vector<Command>&);

const std::map<std::string, Script>& scripts() {
    static const std::map<std::string, Script> all{
        {"bash", bashCompletion}, {"fish", fishCompletion}, {"zsh", zshCompletion}};
    return all;
}

void addCompletion(CLI::App& app, Verb& chosen) {
    auto* const verb = addVerb(
        app, "completion",
        "Print a script that completes the words of this tool in a shell. It is to be made again after an "
        "update of the tool.",
        "  claviger completion bash > /etc/bash_completion.d/claviger   (or: source <(claviger completion bash))\n"
        "  claviger completion zsh > /usr/local/share/zsh/site-functions/_claviger\n"
        "  claviger completion fish > ~/.config/fish/completions/claviger.fish");
    const auto shell = std::make_shared<std::string>();
    std::vector<std::string> names;
    for (const auto& [name, script] : scripts()) names.push_back(name);
    verb->add_option("SHELL", *shell, "The shell")
        ->type_name("")
        ->option_text("bash, fish or zsh")
        ->required()
        ->check(CLI::IsMember(names));
    verb->callback([shell, &app, &chosen] {
        chosen = [shell, &app](Services&) {
            const auto script = scripts().at(*shell)(commandsOf(app));
            return answerOf(script, jsonObject({{"shell", *shell}, {"script", script}}), script);
        };
    });
}

void addManual(CLI::App& app, Verb& chosen) {
    addVerb(app, "man", "Print the manual page of this tool, for man(1).",
            "  claviger man | man -l -\n  claviger man > /usr/local/share/man/man1/claviger.1")
        ->callback([&app, &chosen] {
            chosen = [&app](Services&) {
                const auto page = manualPage(commandsOf(app), CLAVIGER_VERSION);
                return answerOf(page, jsonObject({{"page", page}}), page);
            };
        });
}

// Returns what `claviger VERB… --help` prints.
std::string helpOf(const CLI::App& app, const std::vector<std::string>& verbs) {
    const auto* at = &app;
    std::string words = app.get_name();
    for (const auto& verb : verbs) {
        const auto inner = at->get_subcommands([&](const CLI::App* one) { return one->get_name() == verb; });
        if (inner.empty()) {
            const auto known = verbsAfter(*at);
            throw usageFailure(known.empty() ? "`" + words + "` has no verbs" : noSuchVerb(words, verb, known),
                               "See `" + words + " --help`.");
        }
        at = inner.front();
        words += " " + verb;
    }
    return app.get_formatter()->make_help(at, words, CLI::AppFormatMode::Normal);
}

void addHelp(CLI::App& app, Verb& chosen) {
    auto* const verb = addVerb(app, "help", "Print the help of a verb, as VERB --help does, or that of the tool.",
                               "  claviger help tenant create\n  claviger help");
    const auto verbs = std::make_shared<std::vector<std::string>>();
    verb->add_option("VERB", *verbs, "The verb; none for the help of the tool")->type_name("")->expected(0, -1);
    verb->callback([verbs, &app, &chosen] {
        const auto text = helpOf(app, *verbs);
        chosen = [text](Services&) { return answerOf(text, jsonObject({{"help", text}}), text); };
    });
}

}  // namespace

void addDocumentationCommands(CLI::App& app, Verb& chosen) {
    addCompletion(app, chosen);
    addManual(app, chosen);
    addHelp(app, chosen);
}

}  // namespace claviger::cli

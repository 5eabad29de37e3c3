#include "cli/apply/apply_command.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "cli/apply/apply_plan.h"
#include "cli/frame/failure.h"
#include "cli/frame/output.h"

namespace claviger::cli {
namespace {

using Action = Step::Action;

std::string readAll(std::istream& input, const std::string& file) {
    std::string text{std::istreambuf_iterator<char>(input), {}};
    if (!input.good() && !input.eof()) throw usageFailure("FILE: " + file + " cannot be read");
    return text;
}

std::vector<WantedTenant> readDocument(const std::string& file) {
    if (file == "-") return readApplyDocument(readAll(std::cin, "standard input"), std::filesystem::current_path());
    std::error_code ignored;
    std::ifstream input(file, std::ios::binary);
    if (!input || std::filesystem::is_directory(file, ignored))
        throw usageFailure("FILE: " + file + " cannot be read", "Name a readable file, or - for standard input.");
    return readApplyDocument(readAll(input, file), std::filesystem::absolute(file).parent_path());
}

std::size_t count(const Plan& plan, std::size_t steps, Action action) {
    return static_cast<std::size_t>(std::count_if(plan.steps.begin(),
                                                  plan.steps.begin() + static_cast<std::ptrdiff_t>(steps),
                                                  [&](const Step& step) { return step.action == action; }));
}

// The answer for the first `done` steps.
Answer answerOf(const Plan& plan, std::size_t done) {
    Answer answer;
    JsonArray changes;
    for (std::size_t i = 0; i < done; ++i) {
        const auto& step = plan.steps[i];
        if (step.action == Action::kConfirm) continue;
        const bool creates = step.action == Action::kCreate;
        answer.text += (creates ? "+ " : "~ ") + step.what + "\n";
        changes.add(
            jsonObject({{"action", creates ? "create" : "change"}, {"place", step.place}, {"what", step.what}}));
    }
    const auto created = count(plan, done, Action::kCreate), changed = count(plan, done, Action::kChange);
    if (created + changed == 0)
        answer.text += "Nothing to change: all is as the document says.\n";
    else
        answer.text += std::to_string(created) + " created, " + std::to_string(changed) + " changed, " +
                       std::to_string(plan.unchanged) + " as the document says already\n";
    answer.document =
        jsonObject({{"changes", changes}, {"created", created}, {"changed", changed}, {"unchanged", plan.unchanged}});
    return answer;
}

Answer stopped(const Plan& plan, std::size_t done, const Failure& failure) {
    const auto message = plan.steps[done].place + ": " + failure.what();
    const bool nothing = count(plan, done, Action::kCreate) + count(plan, done, Action::kChange) == 0;
    if (nothing) throw Failure(failure.status(), failure.code(), message, failure.next());
    auto answer = answerOf(plan, done);
    answer.status = ExitStatus::kPartlyDone;
    const std::string next = "What is listed stands. Put the reason right, then run the same again: it goes on there.";
    answer.problem = "partly done; then " + message + "\n" + next;
    answer.document.set("error", jsonObject({{"code", failure.code()}, {"message", message}, {"next", next}}));
    return answer;
}

Answer apply(Services& services, const std::vector<WantedTenant>& wanted) {
    const auto plan = planOf(services, wanted);
    for (std::size_t done = 0; done < plan.steps.size(); ++done) {
        try {
            plan.steps[done].run(services);
        } catch (...) {
            return stopped(plan, done, currentFailure());
        }
    }
    return answerOf(plan, plan.steps.size());
}

Answer rehearsal(Services& services, const std::vector<WantedTenant>& wanted) {
    const auto plan = planOf(services, wanted);
    return asRehearsal(answerOf(plan, plan.steps.size()));
}

}  // namespace

void addApplyCommand(CLI::App& app, Verb& chosen) {
    auto* const verb = addVerb(
        app, "apply",
        "Make tenants and users be as a JSON document says. The whole document is checked before anything is changed; "
        "then only what differs is done. What the document does not name stays, hosts too: nothing is ever dropped. "
        "Run again, or after a crash, it does what is missing. In `tenants`, a tenant has slug, name, hosts, suspended "
        "(true or false) and users; a user has email, name, status (pending, approved or suspended) and passwordFile, "
        "a file beside the document with the first password, read only when the user is made. Members may be left "
        "out, but for slug and email; a new tenant needs name and hosts, a new user passwordFile. A user who was "
        "approved does not become pending again. Exit status 5 if it stopped half-way.",
        "  claviger apply tenants.json --dry-run\n  claviger apply tenants.json\n"
        "  echo '{\"tenants\": [{\"slug\": \"acme\", \"name\": \"Acme Inc\", \"hosts\": [\"acme.example.com\"], "
        "\"users\":\n"
        "    [{\"email\": \"ann@acme.example\", \"passwordFile\": \"ann.txt\"}]}]}' | claviger apply -");
    const auto file = std::make_shared<std::string>();
    verb->add_option("FILE", *file, "The document, or - for standard input")->type_name("FILE")->required();
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        chosen = [wanted = readDocument(*file), dry = *dryRun](Services& services) {
            return dry ? rehearsal(services, wanted) : apply(services, wanted);
        };
    });
}

}  // namespace claviger::cli

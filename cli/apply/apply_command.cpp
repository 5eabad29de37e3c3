#include "cli/apply/apply_command.h"

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>

#include "cli/apply/apply_plan.h"
#include "cli/frame/failure.h"
#include "cli/frame/output.h"
#include "domain/base/parallel.h"

namespace claviger::cli {
namespace {

using Action = Step::Action;

constexpr unsigned kDefaultJobs = 4;
constexpr unsigned kMostJobs = 64;

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

enum class Done { kNo, kYes };

// What has become of the steps of a plan.
struct Outcome {
    std::vector<Done> steps;
    std::optional<std::size_t> failed;  // the first step that failed, in the order of the document
    std::optional<Failure> failure;     // of that step
};

std::size_t count(const Plan& plan, const std::vector<Done>& done, Action action) {
    std::size_t all = 0;
    for (std::size_t i = 0; i < plan.steps.size(); ++i)
        if (done[i] == Done::kYes && plan.steps[i].action == action) ++all;
    return all;
}

// The answer for the steps that are done.
Answer answerOf(const Plan& plan, const std::vector<Done>& done) {
    Answer answer;
    JsonArray changes;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const auto& step = plan.steps[i];
        if (done[i] == Done::kNo || step.action == Action::kConfirm) continue;
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

Answer stopped(const Plan& plan, const Outcome& outcome) {
    const auto& failure = *outcome.failure;
    const auto message = plan.steps[*outcome.failed].place + ": " + failure.what();
    const bool nothing = count(plan, outcome.steps, Action::kCreate) + count(plan, outcome.steps, Action::kChange) == 0;
    if (nothing) throw Failure(failure.status(), failure.code(), message, failure.next());
    auto answer = answerOf(plan, outcome.steps);
    answer.status = ExitStatus::kPartlyDone;
    const std::string next = "What is listed stands. Put the reason right, then run the same again: it goes on there.";
    answer.problem = "partly done; then " + message + "\n" + next;
    answer.document.set("error", jsonObject({{"code", failure.code()}, {"message", message}, {"next", next}}));
    return answer;
}

// The steps of each tenant and its users, which follow one another in the plan.
std::vector<std::vector<std::size_t>> stepsByTenant(const Plan& plan) {
    std::vector<std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        if (i == 0 || plan.steps[i].tenant != plan.steps[i - 1].tenant) groups.emplace_back();
        groups.back().push_back(i);
    }
    return groups;
}

// Runs the steps of a plan.
class Run {
public:
    Run(Services& services, const Plan& plan)
        : services_(services), plan_(plan), outcome_{std::vector(plan.steps.size(), Done::kNo), {}, {}} {}

    // Runs `jobs` tenants at a time, since making one mostly waits for the disk. After a failure no further tenant is
    // begun. Those that are begun are ended: all tenants that the document has before the failed one are among them.
    const Outcome& all(unsigned jobs) {
        const auto groups = stepsByTenant(plan_);
        try {
            domain::forEachInParallel(jobs, groups.size(), [&](std::size_t i) { steps(groups[i]); });
        } catch (const Failure&) {  // fail() has kept the first one
        }
        return outcome_;
    }

private:
    void steps(const std::vector<std::size_t>& which) {
        for (const auto i : which) {
            try {
                run(plan_.steps[i]);
            } catch (...) {
                fail(i, currentFailure());
            }
            const std::lock_guard lock(mutex_);
            outcome_.steps[i] = Done::kYes;
        }
    }

    // Users are made one at a time: a hashing needs a processor, not a disk.
    void run(const Step& step) {
        std::unique_lock oneAtATime(users_, std::defer_lock);
        if (step.subject == Step::Subject::kUser) oneAtATime.lock();
        step.run(services_);
    }

    [[noreturn]] void fail(std::size_t step, const Failure& failure) {
        const std::lock_guard lock(mutex_);
        if (!outcome_.failed || step < *outcome_.failed) {
            outcome_.failed = step;
            outcome_.failure.emplace(failure);
        }
        throw failure;
    }

    Services& services_;
    const Plan& plan_;
    std::mutex mutex_, users_;
    Outcome outcome_;
};

Answer apply(Services& services, const std::vector<WantedTenant>& wanted, unsigned jobs) {
    const auto plan = planOf(services, wanted);
    Run run(services, plan);
    const auto& outcome = run.all(jobs);
    return outcome.failed ? stopped(plan, outcome) : answerOf(plan, outcome.steps);
}

Answer rehearsal(Services& services, const std::vector<WantedTenant>& wanted) {
    const auto plan = planOf(services, wanted);
    return asRehearsal(answerOf(plan, std::vector(plan.steps.size(), Done::kYes)));
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
        "  claviger apply tenants.json --dry-run\n  claviger apply tenants.json --jobs 8\n"
        "  echo '{\"tenants\": [{\"slug\": \"acme\", \"name\": \"Acme Inc\", \"hosts\": [\"acme.example.com\"], "
        "\"users\":\n"
        "    [{\"email\": \"ann@acme.example\", \"passwordFile\": \"ann.txt\"}]}]}' | claviger apply -");
    const auto file = std::make_shared<std::string>();
    verb->add_option("FILE", *file, "The document, or - for standard input")->type_name("FILE")->required();
    const auto jobs = std::make_shared<unsigned>(kDefaultJobs);
    verb->add_option("--jobs", *jobs, "Tenants at a time")
        ->type_name("N")
        ->option_text("N (1 to 64; 4)")
        ->check(CLI::Range(1U, kMostJobs));
    const auto dryRun = addDryRun(*verb);
    verb->callback([=, &chosen] {
        chosen = [wanted = readDocument(*file), jobs = *jobs, dry = *dryRun](Services& services) {
            return dry ? rehearsal(services, wanted) : apply(services, wanted, jobs);
        };
    });
}

}  // namespace claviger::cli
